/** Functions that take a lambda. Its parameters are bound to DuckDB lambda parameters of fresh names. */
import type { Expression } from '../sql/ast.ts';
import { type Position, typeMismatch, unsupported } from '../sql/query-error.ts';
import { arrayOf, BOOLEAN, type Type, typeName } from '../sql/types.ts';
import type { Lowered } from './scope.ts';

type Lambda = Extract<Expression, { kind: 'lambda' }>;
export type LowerLambda = (lambda: Lambda, parameters: readonly Type[]) => { names: readonly string[]; body: Lowered };

/** `(list, lambda text, body)` to the result. */
const OF_ARRAYS: Readonly<Record<string, (list: string, lambda: string, body: Lowered, type: Type) => Lowered>> = {
  transform: (list, lambda, body) => ({ sql: `list_transform(${list}, ${lambda})`, type: arrayOf(body.type) }),
  filter: (list, lambda, _body, type) => ({ sql: `list_filter(${list}, ${lambda})`, type }),
  any_match: (list, lambda) => ({ sql: `list_bool_or(list_transform(${list}, ${lambda}))`, type: BOOLEAN }),
  all_match: (list, lambda) => ({ sql: `list_bool_and(list_transform(${list}, ${lambda}))`, type: BOOLEAN }),
  none_match: (list, lambda) => ({ sql: `NOT list_bool_or(list_transform(${list}, ${lambda}))`, type: BOOLEAN }),
};

export const takesLambda = (args: readonly Expression[]) => args.some((arg) => arg.kind === 'lambda');

export function lowerLambdaCall(
  name: string,
  args: readonly Expression[],
  at: Position,
  lower: (e: Expression) => Lowered,
  lowerLambda: LowerLambda,
): Lowered {
  const print = OF_ARRAYS[name];
  const [listArg, lambda] = args;
  if (!print || args.length !== 2 || !listArg || lambda?.kind !== 'lambda') throw unsupported(`${name} with a lambda`, at);
  const list = lower(listArg);
  if (list.type.kind !== 'array') throw typeMismatch(`${name} takes an array (actual: ${typeName(list.type)})`, at);
  const { names, body } = lowerLambda(lambda, [list.type.element]);
  const result = print(list.sql, `lambda ${names.join(', ')}: ${body.sql}`, body, list.type);
  if (!name.endsWith('_match')) return result;
  // No element matches in an empty array; DuckDB's aggregate of nothing is NULL.
  const empty = name === 'any_match' ? 'false' : 'true';
  return { ...result, sql: `CASE WHEN len(${list.sql}) = 0 THEN ${empty} ELSE ${result.sql} END` };
}
