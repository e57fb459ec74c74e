/** Numeric and bitwise functions. */
import { failing } from '../duck/failure.ts';
import { unsupported } from '../sql/query-error.ts';
import { BIGINT, BOOLEAN, DOUBLE, duckType, INTEGER, type Type, VARCHAR } from '../sql/types.ts';
import { arithmetic } from './arithmetic.ts';
import { custom, type FunctionTable, type Overload, plain, same } from './function-table.ts';
import type { Lowered } from './scope.ts';

const double = (name: string): Overload[] => [plain([DOUBLE], DOUBLE, (x) => `${name}(${x})`)];
/** sqrt(-1) and ln(-1) are NaN in Trino and errors in DuckDB. */
const partial = (name: string, valid: (x: string) => string): Overload[] => [
  plain(
    [DOUBLE],
    DOUBLE,
    (x) => `CASE WHEN ${valid(x)} THEN ${name}(${x}) WHEN ${x} IS NULL THEN NULL ELSE CAST('NaN' AS DOUBLE) END`,
  ),
];
const log = (name: string): Overload[] => [
  plain(
    [DOUBLE],
    DOUBLE,
    (x) =>
      `CASE WHEN ${x} > 0 THEN ${name}(${x}) WHEN ${x} = 0 THEN CAST('-Infinity' AS DOUBLE) WHEN ${x} IS NULL THEN NULL ELSE CAST('NaN' AS DOUBLE) END`,
  ),
];
const keepsType = (print: (x: string) => string): Overload[] => [
  custom(['numeric'], ([x]) => ({ sql: `CAST(${print(x?.sql ?? '')} AS ${duckType(x?.type as Type)})`, type: x?.type as Type })),
];
const decimalToWhole = (name: string): Overload[] => [
  same(['integers'], (x) => x),
  same(['floating'], (x) => `${name}(${x})`),
  custom(['numeric'], ([x]) => {
    const from = x?.type as Extract<Type, { kind: 'decimal' }>;
    const type: Type = {
      kind: 'decimal',
      precision: Math.min(38, from.precision - from.scale + (from.scale > 0 ? 1 : 0)),
      scale: 0,
    };
    return { sql: `CAST(${name}(${x?.sql}) AS ${duckType(type)})`, type };
  }),
];
const bitwise = (print: (a: string, b: string) => string): Overload[] => [
  plain([BIGINT, BIGINT], BIGINT, (a = '', b = '') => print(a, b)),
];

const random: Overload[] = [
  plain([], DOUBLE, () => 'random()'),
  custom(['integers'], ([n]) => ({
    sql: `CAST(floor(random() * ${n?.sql}) AS ${duckType(n?.type ?? INTEGER)})`,
    type: n?.type ?? INTEGER,
  })),
];

/** DuckDB's own cast refuses what is no number of that radix. */
const fromBase: Overload = custom([VARCHAR, BIGINT], ([digits, radix], at) => {
  if (radix?.constant !== 16) throw unsupported('from_base with another radix than 16', at);
  return { sql: `CAST('0x' || ${digits?.sql} AS BIGINT)`, type: BIGINT };
});

export const mathFunctions: FunctionTable = {
  from_base: [fromBase],
  abs: keepsType((x) => `abs(${x})`),
  sign: keepsType((x) => `sign(${x})`),
  ceil: decimalToWhole('ceil'),
  ceiling: decimalToWhole('ceil'),
  floor: decimalToWhole('floor'),
  round: [
    ...decimalToWhole('round'),
    custom(['numeric', INTEGER], ([x, n]) => ({
      sql: `CAST(round(${x?.sql}, ${n?.sql}) AS ${duckType(x?.type as Type)})`,
      type: x?.type as Type,
    })),
  ],
  truncate: [same(['floating'], (x) => `trunc(${x})`)],
  sqrt: partial('sqrt', (x) => `${x} >= 0`),
  cbrt: double('cbrt'),
  exp: double('exp'),
  ln: log('ln'),
  log2: log('log2'),
  log10: log('log10'),
  power: [plain([DOUBLE, DOUBLE], DOUBLE, (a, b) => `power(${a}, ${b})`)],
  pow: [plain([DOUBLE, DOUBLE], DOUBLE, (a, b) => `power(${a}, ${b})`)],
  mod: [custom(['numeric', 'numeric'], ([a, b], at) => arithmetic('%', a as Lowered, b as Lowered, at))],
  sin: double('sin'),
  cos: double('cos'),
  tan: double('tan'),
  atan: double('atan'),
  sinh: double('sinh'),
  cosh: double('cosh'),
  tanh: double('tanh'),
  asin: partial('asin', (x) => `${x} BETWEEN -1 AND 1`),
  acos: partial('acos', (x) => `${x} BETWEEN -1 AND 1`),
  atan2: [plain([DOUBLE, DOUBLE], DOUBLE, (a, b) => `atan2(${a}, ${b})`)],
  degrees: double('degrees'),
  radians: double('radians'),
  pi: [plain([], DOUBLE, () => 'pi()')],
  e: [plain([], DOUBLE, () => 'exp(1)')],
  nan: [plain([], DOUBLE, () => `CAST('NaN' AS DOUBLE)`)],
  infinity: [plain([], DOUBLE, () => `CAST('Infinity' AS DOUBLE)`)],
  is_nan: [plain([DOUBLE], BOOLEAN, (x) => `isnan(${x})`)],
  is_finite: [plain([DOUBLE], BOOLEAN, (x) => `isfinite(${x})`)],
  is_infinite: [plain([DOUBLE], BOOLEAN, (x) => `isinf(${x})`)],
  rand: random,
  random,
  bitwise_and: bitwise((a, b) => `(${a} & ${b})`),
  bitwise_or: bitwise((a, b) => `(${a} | ${b})`),
  bitwise_xor: bitwise((a, b) => `xor(${a}, ${b})`),
  bitwise_not: [plain([BIGINT], BIGINT, (a) => `(~ ${a})`)],
  bitwise_left_shift: bitwise((a, b) => `trino_left_shift(${a}, ${b})`),
  bitwise_right_shift: bitwise((a, b) => `trino_right_shift(${a}, ${b})`),
  bitwise_right_shift_arithmetic: bitwise(
    (a, b) => `CASE WHEN ${b} < 0 THEN ${failing('INVALID_FUNCTION_ARGUMENT')} ELSE ${a} >> least(${b}, 63) END`,
  ),
};
