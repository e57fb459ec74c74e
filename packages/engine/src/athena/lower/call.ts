/** Calls: special forms first, then aggregates and windows, then the tables of scalar functions. */
import type { CallExpression, Expression, SortKey, WindowSpec } from '../sql/ast.ts';
import { QueryError, typeMismatch, unsupported } from '../sql/query-error.ts';
import { commonType, type Type, typeName, UNKNOWN } from '../sql/types.ts';
import { aggregateCall, isAggregate, isWindowFunction } from './aggregates.ts';
import { coerce } from './cast.ts';
import { compare } from './comparison.ts';
import { boolean, concat, lowerExpression } from './expression.ts';
import { applyOverload, type FunctionTable } from './function-table.ts';
import { collectionFunctions } from './functions-collection.ts';
import { mathFunctions } from './functions-math.ts';
import { textFunctions } from './functions-text.ts';
import { timeFunctions } from './functions-time.ts';
import { lowerLambdaCall, takesLambda } from './lambdas.ts';
import type { Lowered, Lowering, Scope } from './scope.ts';

type Lower = (expression: Expression) => Lowered;

const SCALARS: readonly FunctionTable[] = [textFunctions, timeFunctions, mathFunctions, collectionFunctions];
const overloads = (name: string) => SCALARS.flatMap((table) => (Object.hasOwn(table, name) ? (table[name] ?? []) : []));

export function lowerCall(call: CallExpression, scope: Scope, lowering: Lowering, lower: Lower): Lowered {
  const { name, at } = call;
  if (isAggregate(name) || isWindowFunction(name)) return lowerAggregate(call, scope, lower);
  if (call.over || call.filter || call.distinct || call.star || call.orderBy.length > 0 || call.nulls) {
    throw typeMismatch(`${name} is not an aggregate function`, at);
  }
  if (takesLambda(call.args)) {
    return lowerLambdaCall(name, call.args, at, lower, (lambda, types) => {
      const names = lambda.parameters.map(() => lowering.fresh('p'));
      const bindings = new Map(scope.bindings);
      for (const [i, parameter] of lambda.parameters.entries()) {
        bindings.set(parameter, { sql: names[i] as string, type: types[i] ?? UNKNOWN });
      }
      return { names, body: lowerExpression(lambda.body, { ...scope, bindings }, lowering) };
    });
  }
  const args = call.args.map(lower);
  return specialForm(call, args) ?? scalar(call, args);
}

function scalar({ name, at }: CallExpression, args: readonly Lowered[]): Lowered {
  const candidates = overloads(name);
  if (candidates.length === 0)
    throw new QueryError('FUNCTION_NOT_FOUND', `Function '${name}' not registered, or not run by this engine`, at);
  for (const candidate of candidates) {
    const found = applyOverload(candidate, args, at);
    if (found) return found;
  }
  throw new QueryError(
    'FUNCTION_NOT_FOUND',
    `Unexpected parameters (${args.map((arg) => typeName(arg.type)).join(', ')}) for function ${name}`,
    at,
  );
}

function specialForm({ name, at, args: nodes }: CallExpression, args: readonly Lowered[]): Lowered | undefined {
  const common = (values: readonly Lowered[]): Type => {
    const type = values.reduce<Type | undefined>((sofar, value) => sofar && commonType(sofar, value.type), UNKNOWN);
    if (!type)
      throw typeMismatch(
        `All arguments of ${name} must be the same type: ${values.map((value) => typeName(value.type)).join(', ')}`,
        at,
      );
    return type;
  };
  const all = () => {
    const type = common(args);
    return { type, texts: args.map((arg) => coerce(arg, type).sql) };
  };
  switch (name) {
    case 'if': {
      const [condition, ...branches] = args;
      if (!condition || branches.length < 1 || branches.length > 2)
        throw typeMismatch('if takes a condition and one or two values', at);
      const type = common(branches);
      const [yes, no] = branches.map((branch) => coerce(branch, type).sql);
      return { sql: `(CASE WHEN ${boolean(condition, at)} THEN ${yes}${no === undefined ? '' : ` ELSE ${no}`} END)`, type };
    }
    case 'coalesce': {
      const { type, texts } = all();
      return { sql: `coalesce(${texts.join(', ')})`, type };
    }
    case 'nullif': {
      const [a, b] = args as [Lowered, Lowered];
      return { sql: `(CASE WHEN ${compare('=', a, b, at).sql} THEN NULL ELSE ${a.sql} END)`, type: a.type };
    }
    case 'try': {
      const [value] = args as [Lowered];
      if (/\brandom\(\)/.test(value.sql)) throw unsupported('try around a random number', nodes[0]?.at);
      return { ...value, sql: `TRY(${value.sql})`, ...(value.inUtc && { inUtc: `TRY(${value.inUtc})` }) };
    }
    case 'greatest':
    case 'least': {
      const { type, texts } = all();
      const anyNull = texts.map((text) => `${text} IS NULL`).join(' OR ');
      return { sql: `(CASE WHEN ${anyNull} THEN NULL ELSE ${name}(${texts.join(', ')}) END)`, type };
    }
    case 'concat':
      return args.length >= 2 ? args.slice(1).reduce((left, right) => concat(left, right, at), args[0] as Lowered) : undefined;
    default:
      return undefined;
  }
}

function lowerAggregate(call: CallExpression, scope: Scope, lower: Lower): Lowered {
  const { name, at } = call;
  if (call.star && name !== 'count') throw typeMismatch(`${name}(*) is not possible`, at);
  if (isWindowFunction(name) && !call.over)
    throw new QueryError('MISSING_OVER', `Window function ${name} requires OVER clause`, at);
  const { name: duckName, args, type, around, distinct } = aggregateCall(name, call.args.map(lower), at);
  const inner = [
    (call.distinct || distinct ? 'DISTINCT ' : '') + args.join(', '),
    call.orderBy.length > 0 ? `ORDER BY ${sortKeys(call.orderBy, lower)}` : '',
    call.nulls === 'ignore' ? 'IGNORE NULLS' : '',
  ];
  const filter = call.filter ? ` FILTER (WHERE ${boolean(lower(call.filter), call.filter.at)})` : '';
  const over = call.over ? ` OVER (${windowText(call.over, scope, lower, call)})` : '';
  const sql = `${duckName}(${inner.filter((part) => part !== '').join(' ')})${filter}${over}`;
  return { sql: around ? around(sql) : sql, type };
}

export const sortKeys = (keys: readonly SortKey[], lower: Lower) =>
  keys.map((key) => `${lower(key.value).sql} ${direction(key)}`).join(', ');

export const direction = (key: SortKey) => `${key.descending ? 'DESC' : 'ASC'} NULLS ${key.nullsFirst ? 'FIRST' : 'LAST'}`;

export function resolveWindow(spec: WindowSpec, scope: Scope, call: { readonly at: CallExpression['at'] }): WindowSpec {
  if (spec.name === undefined) return spec;
  const named = scope.windows[spec.name];
  if (!named) throw new QueryError('INVALID_WINDOW_REFERENCE', `Cannot resolve WINDOW name ${spec.name}`, call.at);
  return named;
}

export function windowText(given: WindowSpec, scope: Scope, lower: Lower, call: { readonly at: CallExpression['at'] }): string {
  const spec = resolveWindow(given, scope, call);
  const bound = ({ kind, offset }: NonNullable<WindowSpec['frame']>['start']) =>
    (offset ? `${lower(offset).sql} ` : '') + kind.toUpperCase();
  return [
    spec.partitionBy.length > 0 ? `PARTITION BY ${spec.partitionBy.map((key) => lower(key).sql).join(', ')}` : '',
    spec.orderBy.length > 0 ? `ORDER BY ${sortKeys(spec.orderBy, lower)}` : '',
    spec.frame ? `${spec.frame.unit.toUpperCase()} BETWEEN ${bound(spec.frame.start)} AND ${bound(spec.frame.end)}` : '',
  ]
    .filter((part) => part !== '')
    .join(' ');
}
