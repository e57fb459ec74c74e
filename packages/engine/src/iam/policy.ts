/** Identity policies as IAM writes them, compiled to statements that can be asked. */
import { type Condition, type ConditionBlock, compileConditions } from './conditions.ts';
import { arnWildcard, wildcard } from './wildcard.ts';

type OneOrMore = string | readonly string[];

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: OneOrMore;
  readonly Resource: OneOrMore;
  readonly Condition?: ConditionBlock;
}

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

/** A role of a deployment. Who may assume it is not asked: the deployment says who has it. */
export interface RoleSpec {
  readonly name: string;
  readonly policies: readonly PolicyDocument[];
}

/** One action on one resource of one statement: the smallest thing that can be taken away from a role. */
export interface Permission {
  readonly role: string;
  /** Counted over all policies of the role. */
  readonly statement: number;
  readonly action: string;
  readonly resource: string;
}

export interface CompiledStatement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly { readonly pattern: string; readonly matches: (action: string) => boolean }[];
  readonly resources: readonly { readonly pattern: string; readonly matches: (resource: string) => boolean }[];
  readonly holds: Condition;
}

const ELEMENTS = ['Sid', 'Effect', 'Action', 'Resource', 'Condition'];
const ACTION = /^(\*|[a-z0-9-]+:[A-Za-z0-9*?]+)$/;

const listOf = (given: OneOrMore): readonly string[] => (typeof given === 'string' ? [given] : given);

/** @throws Error that names the role, the statement and the element that the engine cannot judge */
export function compileRole({ name, policies }: RoleSpec): CompiledStatement[] {
  return policies.flatMap(({ Version, Statement }) => {
    if (Version !== '2012-10-17') throw new Error(`role ${name}: the policy's Version must be 2012-10-17`);
    return Statement.map((statement, index) => {
      try {
        return compileStatement(statement);
      } catch (error) {
        throw new Error(`role ${name}, statement ${statement.Sid ?? index + 1}: ${(error as Error).message}`);
      }
    });
  });
}

function compileStatement(statement: PolicyStatement): CompiledStatement {
  const unknown = Object.keys(statement).find((element) => !ELEMENTS.includes(element));
  if (unknown !== undefined) throw new Error(`the element ${unknown} is not one that the engine judges`);
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') throw new Error('Effect must be Allow or Deny');
  const [actions, resources] = [listOf(statement.Action ?? []), listOf(statement.Resource ?? [])];
  if (actions.length === 0 || resources.length === 0) throw new Error('Action and Resource must name something');
  const malformed = actions.find((action) => !ACTION.test(action));
  if (malformed !== undefined) throw new Error(`the action ${malformed} must look like s3:GetObject`);
  const notArn = resources.find((resource) => resource !== '*' && !resource.startsWith('arn:'));
  if (notArn !== undefined) throw new Error(`the resource ${notArn} must be an ARN or *`);
  if (JSON.stringify(statement).includes('${')) throw new Error('policy variables are not judged by the engine');
  return {
    effect: statement.Effect,
    actions: actions.map((pattern) => ({ pattern, matches: wildcard(pattern, 'i') })),
    resources: resources.map((pattern) => ({ pattern, matches: pattern === '*' ? () => true : arnWildcard(pattern) })),
    holds: compileConditions(statement.Condition ?? {}),
  };
}
