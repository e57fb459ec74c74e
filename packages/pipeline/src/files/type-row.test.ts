import {
  column,
  defineEntity,
  defineGroup,
  defineSource,
  fractional,
  integral,
  integral64,
  listOf,
  text,
} from '@tidemark/domain';
import { describe, expect, it } from 'vitest';
import { checkHeader, typeRow } from './type-row.ts';

const group = defineGroup({
  name: 'meters',
  entity: defineEntity({ name: 'meter', key: { meter: 'string' } }),
  storage: 'InMemory',
  features: {
    count: integral(),
    total: integral64(),
    level: fractional(),
    label: text(),
    tags: listOf(text()),
    steps: listOf(integral()),
    code: text(),
  },
});
const source = defineSource({
  name: 'meters',
  group,
  prefix: 'meters/',
  columns: { at: column.instant(), ok: column.boolean(), constructor: column.text() },
  map: ({ at, ok: _ok, ...row }) => ({ ...row, eventTime: at, constructor: undefined }),
});

const typed = (name: string, value: unknown): unknown => {
  const outcome = typeRow(source, { [name]: value });
  return 'code' in outcome ? [outcome.code, outcome.field] : outcome.row[name];
};

describe('typeRow', () => {
  it('gives every declared column, null where it is absent or empty', () => {
    expect(typeRow(source, { meter: 'm', count: '', label: undefined, level: null })).toEqual({
      row: {
        meter: 'm',
        count: null,
        total: null,
        level: null,
        label: null,
        tags: null,
        steps: null,
        code: null,
        at: null,
        ok: null,
        constructor: null,
      },
    });
  });

  it('does not take a row with a column called code for a refusal', () => {
    expect(typeRow(source, { code: 'E1' })).toMatchObject({ row: { code: 'E1' } });
  });

  it.each<[string, unknown, unknown, string]>([
    ['count', '12', 12, 'CSV'],
    ['count', '-0012', -12, 'leading zeros'],
    ['count', '+7', 7, 'a sign'],
    ['count', '12.0', 12, 'pandas with gaps'],
    ['count', 12, 12, 'JSON'],
    ['count', 12n, 12, 'Parquet INT64'],
    ['count', '9007199254740991', 9007199254740991, 'the last safe integer'],
    ['total', '9223372036854775807', 9223372036854775807n, 'the last of 64 bits'],
    ['total', '+12.0', 12n, 'sign and zeros'],
    ['total', 5, 5n, 'JSON'],
    ['total', 9007199254740993n, 9007199254740993n, 'JSON beyond 2^53'],
    ['level', '-1.5e-3', -0.0015, 'an exponent'],
    ['level', '.5', 0.5, 'no digit before the point'],
    ['level', '5.', 5, 'none behind it'],
    ['level', 3n, 3, 'Parquet INT64'],
    ['label', 'NaN', 'NaN', 'text is text'],
    ['label', ' x ', ' x ', 'blanks are kept'],
    ['ok', 'TRUE', true, 'CSV'],
    ['ok', false, false, 'JSON'],
    ['at', '2001-01-01T00:00:00Z', '2001-01-01T00:00:00Z', 'text as it is written'],
    ['at', 'yesterday', 'yesterday', 'whether it is a moment is for the encoder to say'],
    ['at', new Date(978307200000), '2001-01-01T00:00:00Z', 'whole seconds'],
    ['at', new Date(978307200120), '2001-01-01T00:00:00.120Z', 'milliseconds'],
    ['tags', ['a', 'b'], ['a', 'b'], 'JSON'],
    ['tags', '["a","b"]', ['a', 'b'], 'JSON in CSV'],
    ['steps', [1n, '2', 3, null], [1, 2, 3, null], 'elements of every format'],
    ['steps', new Int32Array([4, 5]), [4, 5], 'typed arrays'],
    ['constructor', 'x', 'x', 'a name that every object has'],
  ])('%s takes %o as %o: %s', (name, value, expected) => {
    expect(typed(name, value)).toEqual(expected);
  });

  it.each<[string, unknown, string, string]>([
    ['count', 'many', 'ROW_WRONG_TYPE', 'text'],
    ['count', '1.5', 'ROW_WRONG_TYPE', 'a fraction'],
    ['count', 1.5, 'ROW_WRONG_TYPE', 'a fraction in JSON'],
    ['count', ' 1', 'ROW_WRONG_TYPE', 'blanks'],
    ['count', '0x10', 'ROW_WRONG_TYPE', 'hexadecimal'],
    ['count', true, 'ROW_WRONG_TYPE', 'a boolean'],
    ['count', [1], 'ROW_WRONG_TYPE', 'an array'],
    ['count', '9007199254740992', 'ROW_OUT_OF_RANGE', 'one more than the last safe integer'],
    ['count', 9007199254740993n, 'ROW_OUT_OF_RANGE', 'the same as bigint'],
    ['count', 1e20, 'ROW_OUT_OF_RANGE', 'the same as a double'],
    ['count', 'nan', 'ROW_NOT_A_NUMBER', 'pandas'],
    ['count', Number.NaN, 'ROW_NOT_A_NUMBER', 'Parquet'],
    ['total', '9223372036854775808', 'ROW_OUT_OF_RANGE', 'one more than 64 bits hold'],
    ['total', 2 ** 60, 'ROW_OUT_OF_RANGE', 'a double that may have been rounded'],
    ['level', 'NaN', 'ROW_NOT_A_NUMBER', 'text'],
    ['level', '-Infinity', 'ROW_NOT_A_NUMBER', 'text'],
    ['level', 'inf', 'ROW_NOT_A_NUMBER', 'Python'],
    ['level', Number.POSITIVE_INFINITY, 'ROW_NOT_A_NUMBER', 'Parquet'],
    ['level', '1e999', 'ROW_OUT_OF_RANGE', 'no double is that large'],
    ['level', '1,5', 'ROW_WRONG_TYPE', 'a decimal comma'],
    ['level', '.', 'ROW_WRONG_TYPE', 'no digits'],
    ['label', 7, 'ROW_WRONG_TYPE', 'a number'],
    ['ok', '1', 'ROW_WRONG_TYPE', 'a number for a truth'],
    ['at', 978307200, 'ROW_WRONG_TYPE', 'seconds or milliseconds? nobody knows'],
    ['at', new Date(Number.NaN), 'ROW_WRONG_TYPE', 'no moment'],
    ['tags', 'a;b', 'ROW_WRONG_TYPE', 'no array'],
    ['tags', '{"a":1}', 'ROW_WRONG_TYPE', 'an object'],
    ['other', 'x', 'ROW_UNKNOWN_COLUMN', 'not declared'],
    ['toString', 'x', 'ROW_UNKNOWN_COLUMN', 'not declared, though every object has it'],
  ])('%s refuses %o with %s: %s', (name, value, code) => {
    expect(typed(name, value)).toEqual([code, name]);
  });

  it('never has the value in its message', () => {
    for (const name of Object.keys(source.columns)) {
      const outcome = typeRow(source, { [name]: { secret: 'secret' } });
      expect(outcome).toMatchObject({ code: 'ROW_WRONG_TYPE', message: expect.not.stringContaining('secret') });
    }
  });
});

describe('checkHeader', () => {
  it('takes any of the declared columns in any order', () => {
    expect(checkHeader(source, ['at', 'meter'])).toBeUndefined();
  });

  it('names the first column that is not declared', () => {
    expect(checkHeader(source, ['at', 'toString', 'other'])).toMatchObject({ code: 'FILE_UNKNOWN_COLUMN', field: 'toString' });
  });
});
