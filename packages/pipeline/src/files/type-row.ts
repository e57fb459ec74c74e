/**
 * A row as a file has it → a row as the source declares it.
 *
 * Formats differ in what they can say: CSV has text only, JSON no integers beyond 2^53 and no moments, Parquet all of
 * them. So every column takes each of the forms that mean its type: numeric text is a number, `12.0` is the integer 12
 * (which is how pandas writes integers with gaps), a bigint is an integer. What would change the value is refused.
 */
import { type Column, type ColumnShape, type FeatureType, type Group, type Refusal, refuse } from '@tidemark/domain';
import { isoOfDate } from './iso-text.ts';

type Fields = Readonly<Record<string, unknown>>;
/** Value that is present → typed value; undefined when it is not of the column's type. */
type Coerce = (value: unknown) => unknown;
type CompiledColumn = readonly [name: string, coerce: Coerce, type: Column['type']];
interface CompiledColumns {
  readonly columns: readonly CompiledColumn[];
  readonly names: ReadonlySet<string>;
}

/** What rows are typed by: a source of files, or a stream, whose columns are those of its events. */
export interface Columned {
  readonly name: string;
  readonly columns: ColumnShape;
  /** Says what the elements of lists are. */
  readonly group?: Group;
}

const compiled = new WeakMap<Columned, CompiledColumns>();

/**
 * Every declared column, null where it is absent or empty; or the first reason against the row: ROW_UNKNOWN_COLUMN,
 * ROW_WRONG_TYPE, ROW_NOT_A_NUMBER, ROW_OUT_OF_RANGE. The row is wrapped, since a column may be called `code`.
 */
export function typeRow(source: Columned, fields: Fields): { readonly row: Fields } | Refusal {
  const plan = compiled.get(source) ?? compile(source);
  for (const name in fields) {
    if (!plan.names.has(name))
      return refuse('ROW_UNKNOWN_COLUMN', `${source.name} declares no column of a name that the row has`, name);
  }
  const row: Record<string, unknown> = {};
  for (const [name, coerce, type] of plan.columns) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (value === undefined || value === null || value === '') {
      row[name] = null;
      continue;
    }
    const typed = coerce(value);
    if (typed === undefined) return refusalOf(name, type, value);
    row[name] = typed;
  }
  return { row };
}

/** A header against the columns of the source: FILE_UNKNOWN_COLUMN for the first name that it does not declare. */
export function checkHeader(source: Columned, header: readonly string[]): Refusal | undefined {
  const unknown = header.find((name) => !Object.hasOwn(source.columns, name));
  return unknown === undefined
    ? undefined
    : refuse('FILE_UNKNOWN_COLUMN', `source ${source.name} declares no column "${unknown}"`, unknown);
}

function compile(source: Columned): CompiledColumns {
  const columns = Object.entries(source.columns).map(
    ([name, { type }]): CompiledColumn => [name, type === 'list' ? toList(source.group?.features[name]) : COERCE[type], type],
  );
  const plan = { columns, names: new Set(Object.keys(source.columns)) };
  compiled.set(source, plan);
  return plan;
}

const INTEGER = /^[+-]?\d+(?:\.0+)?$/;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

function toInteger(value: unknown): number | undefined {
  const number =
    typeof value === 'string'
      ? INTEGER.test(value)
        ? Number(value)
        : undefined
      : typeof value === 'bigint'
        ? Number(value)
        : value;
  return Number.isSafeInteger(number) ? (number as number) : undefined;
}

function toInteger64(value: unknown): bigint | undefined {
  let whole: bigint | undefined;
  if (typeof value === 'bigint') whole = value;
  else if (typeof value === 'number' && Number.isSafeInteger(value)) whole = BigInt(value);
  else if (typeof value === 'string' && INTEGER.test(value)) whole = BigInt(value.replace(/^\+|\.0+$/g, ''));
  return whole !== undefined && whole >= INT64_MIN && whole <= INT64_MAX ? whole : undefined;
}

function toNumber(value: unknown): number | undefined {
  if (typeof value === 'string' && !DECIMAL.test(value)) return undefined;
  if (typeof value !== 'number' && typeof value !== 'string' && typeof value !== 'bigint') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

function toBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : undefined;
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

const toText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Text as it is written: whether it is a moment is for the encoder to say, which knows the group's precision. */
const toInstant = (value: unknown): string | undefined => (value instanceof Date ? isoOfDate(value) : toText(value));

const COERCE: Readonly<Record<Exclude<Column['type'], 'list'>, Coerce>> = {
  text: toText,
  integer: toInteger,
  integer64: toInteger64,
  number: toNumber,
  boolean: toBoolean,
  instant: toInstant,
};

/** Arrays, typed arrays, and JSON arrays in text. Elements are left as they are where they do not fit: the encoder names them. */
function toList(feature: FeatureType | undefined): Coerce {
  const element =
    feature?.kind === 'Integral'
      ? feature.int64 === true
        ? toInteger64
        : toInteger
      : feature?.kind === 'Fractional'
        ? toNumber
        : toText;
  return (value) => {
    const list = typeof value === 'string' ? parsedList(value) : value;
    if (!Array.isArray(list) && !(ArrayBuffer.isView(list) && !(list instanceof DataView))) return undefined;
    return Array.from(list as ArrayLike<unknown>, (one) => (one === null || one === undefined ? null : (element(one) ?? one)));
  };
}

function parsedList(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const NOT_A_NUMBER = /^[+-]?(?:nan|inf|infinity)$/i;
const WANTED: Readonly<Record<Column['type'], string>> = {
  text: 'text',
  integer: 'a whole number',
  integer64: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  instant: 'a moment',
  list: 'an array',
};

function refusalOf(name: string, type: Column['type'], value: unknown): Refusal {
  if (type === 'integer' || type === 'integer64' || type === 'number') {
    if (typeof value === 'string' ? NOT_A_NUMBER.test(value) : typeof value === 'number' && !Number.isFinite(value)) {
      return refuse('ROW_NOT_A_NUMBER', `${name} is NaN or infinite; leave it out where there is no value`, name);
    }
    const numeric = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
    if (numeric || (typeof value === 'string' && (type === 'number' ? DECIMAL : INTEGER).test(value))) {
      const range = type === 'integer' ? '±(2^53 − 1): declare it integral64' : type === 'integer64' ? '64 bits' : 'the doubles';
      return refuse('ROW_OUT_OF_RANGE', `${name} is beyond ${range}`, name);
    }
  }
  return refuse('ROW_WRONG_TYPE', `${name} must be ${WANTED[type]}`, name);
}
