import { describe, expect, it } from 'vitest';
import { readTextChunk, type TextChunkOptions } from './read-chunk.ts';

const options = { format: 'csv', header: ['a', 'b'], firstRow: 10, firstLine: 21 } as const;
const read = (bytes: string | Uint8Array, chunk: TextChunkOptions = options) => [
  ...readTextChunk(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, chunk),
];
const json = (text: string) => {
  const [row] = read(text, { format: 'jsonl', firstRow: 0, firstLine: 1 });
  if (row === undefined) throw new Error('no row');
  return 'fields' in row ? row.fields : { code: row.refusal.code, field: row.refusal.field };
};

describe('CSV', () => {
  it('tells for each row its place in the file and in the chunk', () => {
    expect(read('1,2\r\n\n"3\n3",4\n')).toEqual([
      { row: 10, line: 21, byteStart: 0, byteEnd: 3, fields: { a: '1', b: '2' } },
      { row: 11, line: 23, byteStart: 6, byteEnd: 13, fields: { a: '3\n3', b: '4' } },
    ]);
  });

  it.each([
    { bytes: Buffer.from([0x31, 0x2c, 0xff, 0x0a]), code: 'ROW_UNDECODABLE', field: undefined, why: 'a byte that is no UTF-8' },
    { bytes: Buffer.from([0x31, 0x2c, 0xc3, 0x0a]), code: 'ROW_UNDECODABLE', field: undefined, why: 'half a character' },
    { bytes: Buffer.from('1,x"y"\n'), code: 'ROW_NOT_CSV', field: undefined, why: 'a quote inside a field' },
    { bytes: Buffer.from('"1"x,2\n'), code: 'ROW_NOT_CSV', field: undefined, why: 'text behind a closing quote' },
    { bytes: Buffer.from('1\n'), code: 'ROW_TOO_FEW_COLUMNS', field: 'b', why: 'a field too few' },
    { bytes: Buffer.from('1,2,3\n'), code: 'ROW_UNKNOWN_COLUMN', field: undefined, why: 'a field too many' },
  ])('refuses $why and reads on: $code', ({ bytes, code, field }) => {
    const rows = read(Buffer.concat([Buffer.from('ü,2\n'), bytes, Buffer.from('漢,4\n')]));
    expect(rows.map((row) => ('fields' in row ? row.fields.a : row.refusal.code))).toEqual(['ü', code, '漢']);
    const [, damaged] = rows;
    expect(damaged).toMatchObject({ row: 11, line: 22, byteStart: 5, byteEnd: 5 + bytes.length - 1, refusal: { field } });
    expect(rows[2]).toMatchObject({ row: 12, line: 23 });
  });

  it('refuses an open quote at the end of the chunk', () => {
    expect(read('1,2\n3,"4\n')).toMatchObject([{ fields: { a: '1' } }, { refusal: { code: 'ROW_NOT_CSV' } }]);
  });

  it('never quotes the row in a message', () => {
    const rows = read('secret\nsecret,se"cret\nsecret,secret,secret\n');
    expect(rows.map((row) => ('refusal' in row ? row.refusal.message : 'read'))).toHaveLength(3);
    expect(JSON.stringify(rows)).not.toContain('secret');
  });
});

describe('JSON lines', () => {
  it.each([
    { text: '{"n":9007199254740991}', fields: { n: 9007199254740991 }, why: 'the largest integer that a double keeps' },
    { text: '{"n":9007199254740993}', fields: { n: 9007199254740993n }, why: 'the first one that it would round' },
    { text: '{"n":-9223372036854775808}', fields: { n: -9223372036854775808n }, why: 'the smallest of 64 bits' },
    { text: '{"n":[12345678901234567890]}', fields: { n: [12345678901234567890n] }, why: 'inside a list' },
    {
      text: '{"n":0.12345678901234567}',
      fields: { n: Number('0.12345678901234567') },
      why: 'many digits behind the point are a double',
    },
    { text: '{"n":1234567890123456789e2}', fields: { n: Number('1234567890123456789e2') }, why: 'so is an exponent' },
    { text: '{"n":"1234567890123456789"}', fields: { n: '1234567890123456789' }, why: 'text stays text' },
    {
      text: '{"code":"x","message":"y"}',
      fields: { code: 'x', message: 'y' },
      why: 'columns with the names of our own properties',
    },
  ])('reads $text: $why', ({ text, fields }) => {
    expect(json(text)).toEqual(fields);
  });

  it.each([
    { text: '[{"a":1}]', code: 'ROW_NOT_JSON', field: undefined, why: 'an array' },
    { text: 'null', code: 'ROW_NOT_JSON', field: undefined, why: 'null' },
    { text: '"a"', code: 'ROW_NOT_JSON', field: undefined, why: 'text' },
    { text: '{"a":1', code: 'ROW_NOT_JSON', field: undefined, why: 'cut off' },
    { text: '{"a":1}{"a":2}', code: 'ROW_NOT_JSON', field: undefined, why: 'two objects on a line' },
    { text: '{"a":nan}', code: 'ROW_NOT_JSON', field: undefined, why: 'no word that any writer uses' },
    { text: '{"a":NaN', code: 'ROW_NOT_JSON', field: undefined, why: 'NaN, and cut off' },
    { text: '{"a":"NaN","b":1', code: 'ROW_NOT_JSON', field: undefined, why: 'NaN as text is not what is wrong' },
    { text: '{"a":1,"b":NaN}', code: 'ROW_NOT_A_NUMBER', field: 'b', why: 'as json.dumps writes it' },
    { text: '{"a":-Infinity}', code: 'ROW_NOT_A_NUMBER', field: 'a', why: 'minus infinity' },
    { text: '{"a":"x: NaN","b":{"c":[1,NaN]}}', code: 'ROW_NOT_A_NUMBER', field: 'b', why: 'inside a list, named by its column' },
    { text: '{"sagt \\"ä\\"":Infinity}', code: 'ROW_NOT_A_NUMBER', field: 'sagt "ä"', why: 'a name with escapes' },
  ])('refuses $text: $why', ({ text, code, field }) => {
    expect(json(text)).toEqual({ code, field });
  });

  it('refuses only the line whose bytes are not UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('{"a":1}\n{"a":"'), Buffer.from([0xe9]), Buffer.from('"}\n{"a":3}')]);
    const rows = read(bytes, { format: 'jsonl', firstRow: 0, firstLine: 1 });
    expect(rows).toMatchObject([
      { fields: { a: 1 } },
      { line: 2, refusal: { code: 'ROW_UNDECODABLE' } },
      { line: 3, fields: { a: 3 } },
    ]);
  });
});
