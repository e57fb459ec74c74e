import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RandomAccess } from './parquet-file.ts';
import { inMemory, readParquetColumns, writeParquet } from './parquet-write.ts';
import { planParquetFile } from './plan-file.ts';
import { type RawRow, readParquetChunk } from './read-chunk.ts';

let folder: string;
let duckdb: DuckDBInstance;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parquet-'));
  duckdb = await DuckDBInstance.create(':memory:', { threads: '1' });
});
afterAll(() => {
  duckdb.closeSync();
  rmSync(folder, { recursive: true });
});

const sql = async (text: string) => {
  const connection = await duckdb.connect();
  try {
    return (await connection.runAndReadAll(text)).getRowsJson();
  } finally {
    connection.closeSync();
  }
};
/** A file as DuckDB writes it. */
const written = async (select: string, options = '') => {
  const path = join(folder, 'written.parquet');
  await sql(`COPY (${select}) TO '${path}' (FORMAT parquet${options})`);
  return readFileSync(path);
};
const readAll = async (file: RandomAccess, range: { start: number; end: number }) => {
  const rows: RawRow[] = [];
  for await (const batch of readParquetChunk(file, range)) rows.push(...batch);
  return rows;
};
const fieldsOf = async (bytes: Uint8Array, rows: number) =>
  (await readAll(inMemory(bytes), { start: 0, end: rows })).map((row) => ('fields' in row ? row.fields : row.refusal));

describe('values', () => {
  it.each<[string, unknown, string]>([
    ["'Zürich'", 'Zürich', 'text'],
    ['NULL::VARCHAR', null, 'NULL'],
    ['7::INTEGER', 7, '32 bits'],
    ['9007199254740993::BIGINT', 9007199254740993n, '64 bits'],
    ['18446744073709551615::UBIGINT', 18446744073709551615n, '64 bits without sign'],
    ['0.1::DOUBLE', 0.1, 'a double'],
    ["'nan'::DOUBLE", Number.NaN, 'NaN is for typeRow to refuse'],
    ['0.3::DECIMAL(3,1)', 0.3, 'a decimal, which floating-point scaling makes 0.30000000000000004'],
    ['-12345678901234567890.12::DECIMAL(38,2)', Number('-12345678901234567890.12'), 'a decimal of 128 bits'],
    ['true', true, 'a boolean'],
    ["TIMESTAMP '2001-01-01 00:00:00'", new Date('2001-01-01T00:00:00Z'), 'a timestamp in whole seconds'],
    ["TIMESTAMP '2001-01-01 00:00:00.123'", new Date('2001-01-01T00:00:00.123Z'), 'in milliseconds'],
    ["TIMESTAMP '2001-01-01 00:00:00.123456'", '2001-01-01T00:00:00.123456Z', 'in microseconds, which a Date would cut'],
    ["TIMESTAMP '1969-12-31 23:59:59.999999'", '1969-12-31T23:59:59.999999Z', 'before 1970'],
    ["'2001-01-01 00:00:00.123456789'::TIMESTAMP_NS", '2001-01-01T00:00:00.123456789Z', 'in nanoseconds'],
    ["'2001-01-01 00:00:00.123450000'::TIMESTAMP_NS", '2001-01-01T00:00:00.123450Z', 'in nanoseconds that are microseconds'],
    ["TIMESTAMPTZ '2001-01-01 01:00:00+01'", new Date('2001-01-01T00:00:00Z'), 'with a time zone'],
    ["DATE '2001-01-01'", new Date('2001-01-01T00:00:00Z'), 'a date is its midnight'],
    ['[1, NULL, 3]::BIGINT[]', [1n, null, 3n], 'a list'],
  ])('%s is %o: %s', async (expression, value) => {
    expect(await fieldsOf(await written(`SELECT ${expression} AS v`), 1)).toEqual([{ v: value }]);
  });

  it.each(['SNAPPY', 'ZSTD', 'GZIP', 'UNCOMPRESSED'])('are read from %s pages', async (codec) => {
    const bytes = await written(`SELECT i::VARCHAR AS v FROM range(3000) t(i)`, `, COMPRESSION ${codec}`);
    expect(await fieldsOf(bytes, 3000)).toEqual(Array.from({ length: 3000 }, (_, at) => ({ v: String(at) })));
  });

  it('that are text but not UTF-8 refuse their own row', async () => {
    const bytes = Buffer.from(
      writeParquet([{ name: 'v', type: 'STRING', data: ['abcd', 'efgh', 'ijkl'] }], { codec: 'UNCOMPRESSED' }),
    );
    bytes[bytes.indexOf('efgh')] = 0xff;
    expect(await fieldsOf(bytes, 3)).toMatchObject([{ v: 'abcd' }, { code: 'ROW_UNDECODABLE', field: 'v' }, { v: 'ijkl' }]);
  });
});

describe('planParquetFile', () => {
  it('puts small row groups together and splits large ones', async () => {
    const bytes = await written('SELECT i FROM range(20000) t(i)', ', ROW_GROUP_SIZE 2048');
    const ranges = async (targetChunkRows: number) => {
      const plan = await planParquetFile(inMemory(bytes), 'ab', { targetChunkRows });
      if ('code' in plan) throw new Error(plan.message);
      return plan.chunks.map(({ at }) => (at.kind === 'rows' ? [at.start, at.end] : []));
    };
    expect(await ranges(8_000)).toEqual([
      [0, 6144],
      [6144, 12288],
      [12288, 20000],
    ]);
    expect((await ranges(1_500)).slice(0, 3)).toEqual([
      [0, 1024],
      [1024, 2048],
      [2048, 3072],
    ]);
  });

  it('describes the file, columns in their order', async () => {
    const bytes = await written('SELECT 1 AS b, {x: 1, y: 2} AS nested, [1] AS a');
    expect(await planParquetFile(inMemory(bytes), 'ab', { targetChunkRows: 10 })).toEqual({
      format: 'parquet',
      header: ['b', 'nested', 'a'],
      rows: 1,
      sizeBytes: bytes.length,
      sha256: 'ab',
      chunks: [{ index: 0, firstRow: 0, rows: 1, firstLine: 0, at: { kind: 'rows', start: 0, end: 1 } }],
    });
  });

  it('refuses what is not a whole Parquet file', async () => {
    const bytes = await written('SELECT i, i::VARCHAR AS v FROM range(5000) t(i)');
    const footer = bytes.readUInt32LE(bytes.length - 8);
    const noPages = Buffer.concat([bytes.subarray(0, 4), bytes.subarray(bytes.length - footer - 8)]);
    const huge = Buffer.from(bytes);
    huge.writeUInt32LE(0xffff_fff0, bytes.length - 8);
    const scrambled = Buffer.from(bytes);
    scrambled.fill(0xff, bytes.length - footer - 8, bytes.length - 8);
    const cases = [
      { file: Buffer.alloc(0), code: 'FILE_EMPTY', why: 'no bytes' },
      { file: await written('SELECT 1 AS a WHERE false'), code: 'FILE_EMPTY', why: 'no rows' },
      { file: Buffer.from('a,b\n1,2\n3,4\n'), code: 'FILE_UNDECODABLE', why: 'CSV under a wrong name' },
      { file: bytes.subarray(0, bytes.length - 1), code: 'FILE_TRUNCATED', why: 'cut in the footer' },
      { file: bytes.subarray(0, 2), code: 'FILE_TRUNCATED', why: 'cut in the first magic' },
      { file: bytes.subarray(0, 4), code: 'FILE_TRUNCATED', why: 'cut behind it' },
      { file: bytes.subarray(0, 2_000), code: 'FILE_TRUNCATED', why: 'cut in a page' },
      { file: noPages, code: 'FILE_TRUNCATED', why: 'a hole where the pages were' },
      { file: huge, code: 'FILE_TRUNCATED', why: 'a footer longer than the file' },
      { file: scrambled, code: 'FILE_TRUNCATED', why: 'a footer that is no footer' },
    ];
    for (const { file, code, why } of cases) {
      expect(await planParquetFile(inMemory(file), '', { targetChunkRows: 10 }), why).toMatchObject({ code });
    }
  });

  it('passes on what storage throws', async () => {
    const gone = { byteLength: 100, slice: () => Promise.reject(new Error('no such key')) };
    await expect(planParquetFile(gone, '', { targetChunkRows: 10 })).rejects.toThrow('no such key');
  });
});

describe('readParquetChunk', () => {
  it('gives the rows of any range, wherever the row groups end', async () => {
    const bytes = await written('SELECT i::INTEGER AS i FROM range(6000) t(i)', ', ROW_GROUP_SIZE 2048');
    const bound = fc.integer({ min: 0, max: 6000 });
    await fc.assert(
      fc.asyncProperty(bound, bound, async (one, other) => {
        const range = { start: Math.min(one, other), end: Math.max(one, other) };
        const rows = await readAll(inMemory(bytes), range);
        expect(rows.map(({ row }) => row)).toEqual(Array.from({ length: range.end - range.start }, (_, at) => range.start + at));
        expect(rows.every((row) => 'fields' in row && row.fields.i === row.row)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('says FILE_TRUNCATED where a page is damaged, and passes on what storage throws', async () => {
    const bytes = await written('SELECT random() AS v FROM range(3000)', ', COMPRESSION ZSTD');
    const damaged = Buffer.from(bytes).fill(0xff, 4, 2_000);
    await expect(readAll(inMemory(damaged), { start: 0, end: 3000 })).rejects.toMatchObject({ code: 'FILE_TRUNCATED' });
    const whole = inMemory(bytes);
    let reads = 0;
    const flaky = {
      byteLength: whole.byteLength,
      slice: (start: number, end?: number) => (++reads > 2 ? Promise.reject(new Error('timeout')) : whole.slice(start, end)),
    };
    await expect(readAll(flaky, { start: 0, end: 3000 })).rejects.toThrow('timeout');
  });
});

describe('writeParquet', () => {
  const columns = [
    { name: 'key', type: 'STRING', data: ['ATL', null, 'Zürich 😀'] },
    { name: 'small', type: 'INT32', data: [1, null, -3] },
    { name: 'large', type: 'INT64', data: [2n ** 62n, 5, null] },
    { name: 'share', type: 'DOUBLE', data: [0.1, null, -0.0] },
    { name: 'late', type: 'BOOLEAN', data: [true, false, null] },
    { name: 'at', type: 'TIMESTAMP', data: [978307200000, new Date(978307200123), undefined] },
  ] as const;

  it('is read back as it was written', async () => {
    expect(await readParquetColumns(writeParquet(columns))).toEqual({
      key: ['ATL', null, 'Zürich 😀'],
      small: [1, null, -3],
      large: [2n ** 62n, 5n, null],
      share: [0.1, null, -0.0],
      late: [true, false, null],
      at: [new Date(978307200000), new Date(978307200123), null],
    });
  });

  it('is read by DuckDB with its types', async () => {
    const path = join(folder, 'ours.parquet');
    for (const codec of ['SNAPPY', 'UNCOMPRESSED'] as const) {
      writeFileSync(path, writeParquet(columns, { codec }));
      const types = await sql(`SELECT column_name, column_type FROM (DESCRIBE FROM '${path}')`);
      expect(types).toEqual([
        ['key', 'VARCHAR'],
        ['small', 'INTEGER'],
        ['large', 'BIGINT'],
        ['share', 'DOUBLE'],
        ['late', 'BOOLEAN'],
        ['at', 'TIMESTAMP'],
      ]);
      expect(await sql(`SELECT key, small, large, share, late, epoch_ms("at") FROM '${path}'`)).toEqual([
        ['ATL', 1, String(2n ** 62n), 0.1, true, '978307200000'],
        [null, null, '5', null, false, '978307200123'],
        ['Zürich 😀', -3, null, -0.0, null, null],
      ]);
    }
  });

  it('writes no rows, all NULL, and more than one row group', async () => {
    const empty = writeParquet([{ name: 'a', type: 'INT64', data: [] }]);
    expect(await readParquetColumns(empty)).toEqual({ a: [] });
    const many = Array.from({ length: 100_001 }, (_, at) => (at % 2 === 0 ? null : at));
    const file = writeParquet([
      { name: 'a', type: 'INT32', data: many },
      { name: 'b', type: 'STRING', data: many.map(() => null) },
    ]);
    expect((await readParquetColumns(file, ['a'])).a).toEqual(many);
    expect(await readParquetColumns(file, ['b', 'a'], { start: 99_999, end: 100_001 })).toEqual({
      b: [null, null],
      a: many.slice(99_999),
    });
  });

  it('gives equal bytes for equal columns', () => {
    expect(writeParquet(columns)).toEqual(writeParquet(columns));
  });

  it('refuses columns of unequal length, and a name that is not there', async () => {
    expect(() =>
      writeParquet([
        { name: 'a', type: 'INT32', data: [1] },
        { name: 'b', type: 'INT32', data: [] },
      ]),
    ).toThrow('column b has 0 values');
    await expect(readParquetColumns(writeParquet(columns), ['nope'])).rejects.toMatchObject({
      code: 'FILE_UNKNOWN_COLUMN',
      field: 'nope',
    });
  });
});
