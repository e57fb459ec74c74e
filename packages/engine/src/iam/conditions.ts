/**
 * A statement's Condition block, compiled: every operator and every key in it must hold; of the values of one key one is
 * enough. What the engine does not know is refused by name when the policy is deployed, since a condition that is
 * misread is a permission that nobody gave.
 *
 * Source: IAM user guide, "IAM JSON policy elements: Condition operators", "Policy evaluation logic for multivalued
 * context keys".
 */
import { arnWildcard, wildcard } from './wildcard.ts';

/** What is known about a request, by condition key in lower case. A key that is not there was not part of the request. */
export type RequestContext = Readonly<Record<string, string | readonly string[] | undefined>>;
export type Condition = (context: RequestContext) => boolean;
export type ConditionBlock = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

type Compare = (expected: string) => (actual: string) => boolean;

const ignoringCase: Compare = (expected) => (actual) => actual.toLowerCase() === expected.toLowerCase();
const numeric =
  (holds: (actual: number, expected: number) => boolean): Compare =>
  (expected) =>
  (actual) =>
    holds(Number(actual), Number(expected));

const positive: Readonly<Record<string, Compare>> = {
  StringEquals: (expected) => (actual) => actual === expected,
  StringEqualsIgnoreCase: ignoringCase,
  StringLike: (expected) => wildcard(expected),
  // IAM treats the two alike: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
  ArnEquals: arnWildcard,
  ArnLike: arnWildcard,
  Bool: ignoringCase,
  NumericEquals: numeric((actual, expected) => actual === expected),
  NumericLessThan: numeric((actual, expected) => actual < expected),
  NumericLessThanEquals: numeric((actual, expected) => actual <= expected),
  NumericGreaterThan: numeric((actual, expected) => actual > expected),
  NumericGreaterThanEquals: numeric((actual, expected) => actual >= expected),
};
const negative: Readonly<Record<string, Compare>> = {
  StringNotEquals: positive.StringEquals as Compare,
  StringNotEqualsIgnoreCase: ignoringCase,
  StringNotLike: positive.StringLike as Compare,
  ArnNotEquals: arnWildcard,
  ArnNotLike: arnWildcard,
  NumericNotEquals: positive.NumericEquals as Compare,
};

/** Keys that the engine can fill, in lower case; `kms:EncryptionContext:` stands for all keys that begin so. */
const KNOWN_KEYS = new Set([
  'aws:principalarn',
  'aws:principalaccount',
  'aws:resourceaccount',
  'aws:requestedregion',
  'aws:securetransport',
  'aws:calledvia',
  'kms:calleraccount',
  'kms:viaservice',
  'kms:encryptioncontextkeys',
  's3:prefix',
  's3:delimiter',
  's3:max-keys',
  's3:resourceaccount',
  'lambda:functionarn',
]);
const isKnownKey = (key: string) => KNOWN_KEYS.has(key) || key.startsWith('kms:encryptioncontext:');

/** @throws Error that names the operator or key that the engine cannot judge */
export function compileConditions(block: ConditionBlock): Condition {
  const conditions: Condition[] = [];
  for (const [operator, keys] of Object.entries(block)) {
    for (const [name, given] of Object.entries(keys)) {
      const key = name.toLowerCase();
      if (!isKnownKey(key)) throw new Error(`the condition key ${name} is not one that the engine fills`);
      conditions.push(compileCondition(operator, key, listOf(given)));
    }
  }
  return (context) => conditions.every((holds) => holds(context));
}

function compileCondition(operator: string, key: string, expected: readonly string[]): Condition {
  const [, quantifier, base = '', ifExists] = /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$/.exec(operator) ?? [];
  const actualOf = (context: RequestContext) => {
    const actual = context[key];
    return actual === undefined ? undefined : listOf(actual);
  };
  if (base === 'Null' && quantifier === undefined) {
    return (context) => expected.some((wanted) => (wanted === 'true') === (actualOf(context) === undefined));
  }
  const isNegative = Object.hasOwn(negative, base);
  const compare = isNegative ? negative[base] : Object.hasOwn(positive, base) ? positive[base] : undefined;
  if (compare === undefined) throw new Error(`the condition operator ${operator} is not one that the engine knows`);
  const comparisons = expected.map(compare);
  const matches = (value: string) => comparisons.some((each) => each(value)) !== isNegative;
  return (context) => {
    const actual = actualOf(context);
    if (actual === undefined) return ifExists !== undefined || quantifier === 'ForAllValues' || (isNegative && !quantifier);
    if (quantifier === 'ForAllValues') return actual.every(matches);
    if (quantifier === 'ForAnyValue') return actual.some(matches);
    return isNegative ? actual.every(matches) : actual.some(matches);
  };
}

const listOf = (given: unknown): readonly string[] => (Array.isArray(given) ? given : [given]).map(String);
