/** + - * / % and unary minus. DuckDB divides integers into doubles and by zero into NULL; Trino does neither. */
import { failing } from '../duck/failure.ts';
import { type Position, typeMismatch, unsupported } from '../sql/query-error.ts';
import {
  asDecimal,
  commonType,
  duckType,
  isFloating,
  isInterval,
  isNumeric,
  isTimestamp,
  type Type,
  typeName,
} from '../sql/types.ts';
import { coerce } from './cast.ts';
import type { Lowered } from './scope.ts';

type Operator = '+' | '-' | '*' | '/' | '%';

const cannotApply = (left: Lowered, operator: string, right: Lowered, at: Position) =>
  typeMismatch(`Cannot apply operator: ${typeName(left.type)} ${operator} ${typeName(right.type)}`, at);

export function negate(value: Lowered, at: Position): Lowered {
  if (!isNumeric(value.type) && !isInterval(value.type)) throw typeMismatch(`Cannot negate ${typeName(value.type)}`, at);
  const constant = typeof value.constant === 'number' ? { constant: -value.constant } : {};
  return { sql: `(- ${value.sql})`, type: value.type, ...constant };
}

export function arithmetic(operator: Operator, left: Lowered, right: Lowered, at: Position): Lowered {
  if (isInterval(left.type) || isInterval(right.type)) return withInterval(operator, left, right, at);
  if ((left.type.kind === 'date' || isTimestamp(left.type)) && operator === '-')
    throw unsupported('A difference of times as an interval (date_diff gives a number)', at);
  const type = commonType(left.type, right.type);
  if (!type || !(isNumeric(type) || type.kind === 'unknown')) throw cannotApply(left, operator, right, at);
  if (type.kind === 'decimal') return decimals(operator, left, right, at);
  const [a, b] = [coerce(left, type).sql, coerce(right, type).sql];
  if (isFloating(type)) {
    const sql = operator === '%' ? `(${a} % ${b})` : `(${a} ${operator} ${b})`;
    return { sql: type.kind === 'real' ? `CAST(${sql} AS FLOAT)` : sql, type };
  }
  if (operator !== '/' && operator !== '%') return { sql: `(${a} ${operator} ${b})`, type };
  return { sql: `(${a} ${operator === '/' ? '//' : '%'} ${nonZero(b, right, duckType(type))})`, type };
}

const nonZero = (sql: string, value: Lowered, type: string) =>
  typeof value.constant === 'number' && value.constant !== 0
    ? sql
    : `CASE WHEN ${sql} = 0 THEN ${failing('DIVISION_BY_ZERO', type)} ELSE ${sql} END`;

function withInterval(operator: Operator, left: Lowered, right: Lowered, at: Position): Lowered {
  if (isInterval(left.type) && isInterval(right.type) && (operator === '+' || operator === '-'))
    return { sql: `(${left.sql} ${operator} ${right.sql})`, type: left.type };
  if (operator === '*') {
    const [interval, factor] = isInterval(left.type) ? [left, right] : [right, left];
    if (isNumeric(factor.type) && !isFloating(factor.type))
      return { sql: `(${interval.sql} * ${factor.sql})`, type: interval.type };
  }
  const [time, interval] = isInterval(right.type) ? [left, right] : [right, left];
  const added = operator === '+' || (operator === '-' && interval === right);
  if (!added || !(isTimestamp(time.type) || time.type.kind === 'date')) throw cannotApply(left, operator, right, at);
  return { sql: `CAST(${time.sql} ${operator} ${interval.sql} AS ${duckType(time.type)})`, type: time.type };
}

/** The unscaled value, exact for all 38 digits. */
const unscaled = (sql: string) => `CAST(replace(CAST(${sql} AS VARCHAR), '.', '') AS HUGEINT)`;

function decimals(operator: Operator, left: Lowered, right: Lowered, at: Position): Lowered {
  const [a, b] = [asDecimal(left.type), asDecimal(right.type)];
  const scaled = (value: Lowered, as: { precision: number; scale: number }) => coerce(value, { kind: 'decimal', ...as }).sql;
  const [x, y] = [scaled(left, a), scaled(right, b)];
  const result = (precision: number, scale: number): Type => ({ kind: 'decimal', precision: Math.min(38, precision), scale });
  if (operator === '*') {
    if (a.precision + b.precision > 38) throw unsupported('A product of decimals of more than 38 digits', at);
    return { sql: `(${x} * ${y})`, type: result(a.precision + b.precision, a.scale + b.scale) };
  }
  const scale = Math.max(a.scale, b.scale);
  if (operator === '+' || operator === '-') {
    const type = result(Math.max(a.precision - a.scale, b.precision - b.scale) + scale + 1, scale);
    return {
      sql: `CAST(CAST(${x} AS ${duckType(type)}) ${operator} CAST(${y} AS ${duckType(type)}) AS ${duckType(type)})`,
      type,
    };
  }
  const divisor = nonZero(unscaled(y), right, 'HUGEINT');
  if (operator === '%') {
    const type = result(Math.min(a.precision - a.scale, b.precision - b.scale) + scale, scale);
    const wide = duckType(result(38, scale));
    return {
      sql: `CAST(CAST(${x} AS ${wide}) % CAST(CASE WHEN ${y} = 0 THEN ${failing('DIVISION_BY_ZERO', wide)} ELSE ${y} END AS ${wide}) AS ${duckType(type)})`,
      type,
    };
  }
  const type = result(a.precision + b.scale + Math.max(b.scale - a.scale, 0), scale);
  // Half away from zero, in integers: (2·|n| + |d|) / (2·|d|) with the sign of the quotient.
  const n = `(${unscaled(x)} * ${10n ** BigInt(scale + b.scale - a.scale)}::HUGEINT)`;
  const quotient = `(sign(${n}) * sign(${divisor}) * ((2 * abs(${n}) + abs(${divisor})) // (2 * abs(${divisor}))))`;
  const unit = scale === 0 ? `CAST(1 AS DECIMAL(1,0))` : `CAST('0.${'1'.padStart(scale, '0')}' AS DECIMAL(${scale},${scale}))`;
  return { sql: `CAST(CAST(${quotient} AS DECIMAL(${Math.max(1, 38 - scale)},0)) * ${unit} AS ${duckType(type)})`, type };
}
