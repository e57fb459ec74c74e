/**
 * Trino's types, what DuckDB calls them, and which value fits where without a cast.
 *
 * A `timestamp with time zone` is kept in DuckDB as the naive UTC TIMESTAMP of its instant (no ICU in hot paths); the zone it
 * is shown in, if known, is part of the type here. More than six fractional digits make it a TIMESTAMP_NS.
 */
type Simple =
  | 'boolean'
  | 'tinyint'
  | 'smallint'
  | 'integer'
  | 'bigint'
  | 'real'
  | 'double'
  | 'varchar'
  | 'varbinary'
  | 'date'
  | 'json'
  | 'unknown'
  | 'interval day to second'
  | 'interval year to month';

export type Type =
  | { readonly kind: Exclude<Simple, 'varchar'> }
  /** A bounded varchar differs from an unbounded one in casts alone, which cut. */
  | { readonly kind: 'varchar'; readonly length?: number }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'timestamp'; readonly precision: number }
  /** `zone` undefined: the offset came with the text of the value. */
  | { readonly kind: 'timestamp with time zone'; readonly precision: number; readonly zone: string | undefined }
  | { readonly kind: 'array'; readonly element: Type }
  | { readonly kind: 'map'; readonly key: Type; readonly value: Type }
  | { readonly kind: 'row'; readonly fields: readonly { readonly name: string | undefined; readonly type: Type }[] }
  | { readonly kind: 'function' };

export const simple = (kind: Simple): Type => ({ kind }) as Type;
export const BOOLEAN = simple('boolean');
export const INTEGER = simple('integer');
export const BIGINT = simple('bigint');
export const DOUBLE = simple('double');
export const VARCHAR = simple('varchar');
export const VARBINARY = simple('varbinary');
export const DATE = simple('date');
export const JSON_TYPE = simple('json');
export const UNKNOWN = simple('unknown');
export const TIMESTAMP: Type = { kind: 'timestamp', precision: 3 };
export const TIMESTAMP_UTC: Type = { kind: 'timestamp with time zone', precision: 3, zone: 'UTC' };
export const arrayOf = (element: Type): Type => ({ kind: 'array', element });

const INTEGERS = ['tinyint', 'smallint', 'integer', 'bigint'];
export const isInteger = (type: Type) => INTEGERS.includes(type.kind);
export const isFloating = (type: Type) => type.kind === 'real' || type.kind === 'double';
export const isNumeric = (type: Type) => isInteger(type) || isFloating(type) || type.kind === 'decimal';
export const isTimestamp = (type: Type) => type.kind === 'timestamp' || type.kind === 'timestamp with time zone';
export const isInterval = (type: Type) => type.kind.startsWith('interval');

/** As error messages and ColumnInfo spell it. */
export function typeName(type: Type): string {
  switch (type.kind) {
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'timestamp':
      return `timestamp(${type.precision})`;
    case 'timestamp with time zone':
      return `timestamp(${type.precision}) with time zone`;
    case 'array':
      return `array(${typeName(type.element)})`;
    case 'map':
      return `map(${typeName(type.key)}, ${typeName(type.value)})`;
    case 'row':
      return `row(${type.fields.map((f) => (f.name === undefined ? '' : `${f.name} `) + typeName(f.type)).join(', ')})`;
    default:
      return type.kind;
  }
}

const DUCKDB: Partial<Record<Type['kind'], string>> = {
  boolean: 'BOOLEAN',
  tinyint: 'TINYINT',
  smallint: 'SMALLINT',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  real: 'FLOAT',
  double: 'DOUBLE',
  varchar: 'VARCHAR',
  varbinary: 'BLOB',
  date: 'DATE',
  json: 'VARCHAR',
  unknown: 'INTEGER',
  'interval day to second': 'INTERVAL',
  'interval year to month': 'INTERVAL',
};

export const rowFieldName = (name: string | undefined, index: number) => name ?? `field${index}`;
export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

export function duckType(type: Type): string {
  switch (type.kind) {
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`;
    case 'timestamp':
    case 'timestamp with time zone':
      return type.precision > 6 ? 'TIMESTAMP_NS' : 'TIMESTAMP';
    case 'array':
      return `${duckType(type.element)}[]`;
    case 'map':
      return `MAP(${duckType(type.key)}, ${duckType(type.value)})`;
    case 'row':
      return `STRUCT(${type.fields.map((f, i) => `${quoted(rowFieldName(f.name, i))} ${duckType(f.type)}`).join(', ')})`;
    default:
      return DUCKDB[type.kind] ?? type.kind;
  }
}

export const sameType = (a: Type, b: Type) => typeName(a) === typeName(b);

/** Ranks of numeric widening; decimals stand between the integers and the floating types. */
const RANK: Partial<Record<Type['kind'], number>> = {
  tinyint: 1,
  smallint: 2,
  integer: 3,
  bigint: 4,
  decimal: 5,
  real: 6,
  double: 7,
};
const DIGITS: Partial<Record<Type['kind'], number>> = { tinyint: 3, smallint: 5, integer: 10, bigint: 19 };

export function asDecimal(type: Type): { precision: number; scale: number } {
  return type.kind === 'decimal' ? type : { precision: DIGITS[type.kind] ?? 38, scale: 0 };
}

/** The type both coerce to by themselves, or undefined: Trino never turns text into numbers or back. */
export function commonType(a: Type, b: Type): Type | undefined {
  if (a.kind === 'unknown') return b;
  if (b.kind === 'unknown') return a;
  const [ra, rb] = [RANK[a.kind], RANK[b.kind]];
  if (ra !== undefined && rb !== undefined) {
    if (Math.max(ra, rb) !== RANK.decimal) return ra >= rb ? a : b;
    const [x, y] = [asDecimal(a), asDecimal(b)];
    const scale = Math.max(x.scale, y.scale);
    return { kind: 'decimal', scale, precision: Math.min(38, Math.max(x.precision - x.scale, y.precision - y.scale) + scale) };
  }
  if (a.kind === 'timestamp with time zone' && (isTimestamp(b) || b.kind === 'date')) return wider(a, b);
  if (b.kind === 'timestamp with time zone' && (isTimestamp(a) || a.kind === 'date')) return wider(b, a);
  if (isTimestamp(a) && (isTimestamp(b) || b.kind === 'date')) return wider(a, b);
  if (isTimestamp(b) && a.kind === 'date') return b;
  if (a.kind === 'array' && b.kind === 'array') {
    const element = commonType(a.element, b.element);
    return element && arrayOf(element);
  }
  if (a.kind === 'map' && b.kind === 'map') {
    const [key, value] = [commonType(a.key, b.key), commonType(a.value, b.value)];
    return key && value && { kind: 'map', key, value };
  }
  if (a.kind === 'row' && b.kind === 'row') return commonRow(a, b);
  return a.kind === b.kind ? a : undefined;
}

function wider(zoned: Type, other: Type): Type {
  if (!isTimestamp(zoned) || !('precision' in zoned)) return zoned;
  const precision = 'precision' in other ? Math.max(zoned.precision, other.precision) : zoned.precision;
  if (zoned.kind !== 'timestamp with time zone') return { ...zoned, precision } as Type;
  const zone = other.kind === 'timestamp with time zone' && other.zone !== zoned.zone ? undefined : zoned.zone;
  return { kind: zoned.kind, precision, zone };
}

function commonRow(a: Extract<Type, { kind: 'row' }>, b: Extract<Type, { kind: 'row' }>): Type | undefined {
  if (a.fields.length !== b.fields.length) return undefined;
  const fields: { name: string | undefined; type: Type }[] = [];
  for (const [i, field] of a.fields.entries()) {
    const other = b.fields[i];
    const type = other && commonType(field.type, other.type);
    if (!type) return undefined;
    fields.push({ name: field.name === other?.name ? field.name : undefined, type });
  }
  return { kind: 'row', fields };
}

/** Whether a value of `from` may stand where `to` is wanted. */
export function fits(from: Type, to: Type): boolean {
  const common = commonType(from, to);
  return common !== undefined && (sameType(common, to) || (common.kind === to.kind && isTimestamp(to)));
}
