/** One statement of a policy. Lists, even of one, so that two policies can be compared. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  /** Only in policies of resources and in trust policies. */
  readonly Principal?: '*' | Readonly<Record<string, readonly string[]>>;
  readonly Action: readonly string[];
  readonly Resource?: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

export const allow = (
  Sid: string,
  Action: readonly string[],
  Resource: readonly string[],
  Condition?: Statement['Condition'],
): Statement => ({ Sid, Effect: 'Allow', Action, Resource, ...(Condition === undefined ? {} : { Condition }) });

/** Statements on the same resources become one, then those that allow the same actions; the order of first appearance stays. */
export function policyDocument(statements: readonly Statement[]): PolicyDocument {
  const byResource = mergeBy(statements, ({ Resource }) => Resource, 'Action');
  const byAction = mergeBy(byResource, ({ Action }) => Action, 'Resource');
  return { Version: '2012-10-17', Statement: withUniqueSids(byAction) };
}

function mergeBy(
  statements: readonly Statement[],
  same: (statement: Statement) => unknown,
  united: 'Action' | 'Resource',
): Statement[] {
  const merged = new Map<string, Statement>();
  for (const statement of statements) {
    // Where an action takes no resource, its statement stays by itself, so that each such exception can be seen.
    const alone = statement.Resource?.includes('*') ? statement.Sid : undefined;
    const key = JSON.stringify([statement.Effect, statement.Principal, statement.Condition, same(statement), alone]);
    const present = merged.get(key);
    const union = [...new Set([...(present?.[united] ?? []), ...(statement[united] ?? [])])].sort();
    merged.set(key, present === undefined ? statement : { ...present, [united]: union });
  }
  return [...merged.values()];
}

function withUniqueSids(statements: readonly Statement[]): Statement[] {
  const seen = new Map<string, number>();
  return statements.map((statement) => {
    const count = (seen.get(statement.Sid) ?? 0) + 1;
    seen.set(statement.Sid, count);
    return count === 1 ? statement : { ...statement, Sid: `${statement.Sid}${count}` };
  });
}

/** `build-dataset` → `BuildDataset`: what IAM takes as a statement's id, and Pulumi as a name. */
export const pascal = (text: string): string =>
  text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
