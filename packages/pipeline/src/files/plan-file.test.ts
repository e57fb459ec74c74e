import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MAX_ROW_BYTES, planTextFile } from './plan-file.ts';
import { inPieces, planAndRead, planned } from './text-file.fixture.ts';

const csv = { format: 'csv' } as const;
const outcome = (file: Awaited<ReturnType<typeof planAndRead>>) => ('code' in file ? file.code : file.rows.length);

describe('where rows end', () => {
  it.each([
    { text: 'a,b\n1,2\n', rows: 1, why: 'a header and a row' },
    { text: 'a,b\n1,2', rows: 1, why: 'the last row needs no line end' },
    { text: 'a,b\r\n1,2\r\n3,4\r\n', rows: 2, why: 'CRLF' },
    { text: 'a,b\r\n1,2\r\n\r', rows: 1, why: 'half a CRLF behind the last row is a blank line' },
    { text: '\n\r\na,b\n\n1,2\n\n\n', rows: 1, why: 'blank lines, before the header too' },
    { text: '\n\n\r\na,b\n1,2\n', rows: 1, why: 'a blank line before the header that the stream cuts in two' },
    { text: '\ufeffa,b\n1,2\n', rows: 1, why: 'a byte order mark' },
    { text: '\ufeff"a",b\n1,2\n', rows: 1, why: 'a byte order mark before a quote' },
    { text: 'a,b\n"1\n1","2\r\n2"\n3,4\n', rows: 2, why: 'line ends inside quotes' },
    { text: 'a,b\n"1""\n",2\n', rows: 1, why: 'an escaped quote before a line end' },
    { text: 'a,b\n,\n', rows: 1, why: 'a row of empty fields is a row' },
    { text: 'a,b\n6" pipe,2\n3,4\n', rows: 2, why: 'a stray quote spoils its own row only' },
    { text: 'a,b\n"x" y,2\n3,4\n', rows: 2, why: 'so does text behind a closing quote' },
    { text: 'a,b\n1,"2\n3,4\n', rows: 1, why: 'a quote that is never closed takes the rest' },
  ])('$why: $rows', async ({ text, rows }) => {
    expect(outcome(await planAndRead(Buffer.from(text), csv))).toBe(rows);
    expect(outcome(await planAndRead(Buffer.from(text), csv, [1]))).toBe(rows);
  });
});

describe('files that are refused as a whole', () => {
  const packed = gzipSync(Buffer.from(`a,b\n${'1,2\n'.repeat(5_000)}`));
  const damaged = Buffer.from(packed);
  damaged[packed.length - 6] = (damaged[packed.length - 6] as number) ^ 1;
  const header = (text: string) => Buffer.from(`${text}\n1,2\n`);

  it.each([
    { bytes: Buffer.alloc(0), gzip: false, code: 'FILE_EMPTY', why: 'no bytes' },
    { bytes: Buffer.from('\ufeff'), gzip: false, code: 'FILE_EMPTY', why: 'a byte order mark only' },
    { bytes: Buffer.from('a,b\r\n'), gzip: false, code: 'FILE_EMPTY', why: 'a header only' },
    { bytes: Buffer.from('a,b'), gzip: false, code: 'FILE_EMPTY', why: 'a header without line end' },
    { bytes: Buffer.from('\n\n'), gzip: false, code: 'FILE_EMPTY', why: 'blank lines only' },
    { bytes: Buffer.alloc(0), gzip: true, code: 'FILE_EMPTY', why: 'no bytes where gzip should be' },
    { bytes: gzipSync(''), gzip: true, code: 'FILE_EMPTY', why: 'gzip of nothing' },
    { bytes: packed.subarray(0, packed.length - 9), gzip: true, code: 'FILE_TRUNCATED', why: 'gzip cut in its data' },
    { bytes: packed.subarray(0, packed.length - 1), gzip: true, code: 'FILE_TRUNCATED', why: 'gzip cut in its check sum' },
    { bytes: packed.subarray(0, 3), gzip: true, code: 'FILE_TRUNCATED', why: 'gzip cut in its own header' },
    { bytes: damaged, gzip: true, code: 'FILE_TRUNCATED', why: 'gzip with a wrong check sum' },
    { bytes: Buffer.from('a,b\n1,2\n'), gzip: true, code: 'FILE_TRUNCATED', why: 'no gzip at all' },
    {
      bytes: Buffer.concat([packed, packed.subarray(0, 2)]),
      gzip: true,
      code: 'FILE_TRUNCATED',
      why: 'a second member that was cut off',
    },
    {
      bytes: Buffer.concat([packed, Buffer.from('rest')]),
      gzip: true,
      code: 'FILE_TRUNCATED',
      why: 'something else behind the gzip',
    },
    { bytes: header('a,"b'), gzip: false, code: 'FILE_UNDECODABLE', why: 'a quote in the header that is never closed' },
    { bytes: header('a,b"c'), gzip: false, code: 'FILE_UNDECODABLE', why: 'a stray quote in the header' },
    { bytes: header('a,'), gzip: false, code: 'FILE_UNDECODABLE', why: 'a column without name' },
    { bytes: header('a,a'), gzip: false, code: 'FILE_UNDECODABLE', why: 'a name twice' },
    { bytes: Buffer.from('a,b\r1,2\r3,4\n5,6\n'), gzip: false, code: 'FILE_UNDECODABLE', why: 'lines that end in CR alone' },
    {
      bytes: Buffer.from([0x61, 0xff, 0x0a, 0x31, 0x0a]),
      gzip: false,
      code: 'FILE_UNDECODABLE',
      why: 'a header that is not UTF-8',
    },
    { bytes: Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'), gzip: false, code: 'FILE_UNDECODABLE', why: 'UTF-16' },
  ])('$code: $why', async ({ bytes, gzip, code }) => {
    expect(outcome(await planAndRead(bytes, { ...csv, gzip }))).toBe(code);
    expect(outcome(await planAndRead(bytes, { ...csv, gzip }, [7]))).toBe(code);
  });

  it('a row may be 4 MB long, and not a byte longer', async () => {
    const row = (bytes: number) => Buffer.from(`a\n1\n"${'x'.repeat(bytes - 3)}"\n`);
    expect(outcome(await planAndRead(row(MAX_ROW_BYTES), csv))).toBe(2);
    for (const bytes of [row(MAX_ROW_BYTES + 1), row(MAX_ROW_BYTES * 2)]) {
      const refused = await planAndRead(bytes, csv);
      expect(refused).toMatchObject({ code: 'FILE_ROW_TOO_LONG', message: expect.stringContaining('line 3 ') });
    }
  });

  it('stops reading the object at the row that is too long', async () => {
    let pieces = 0;
    const endless = async function* () {
      for (;;) {
        pieces++;
        yield Buffer.alloc(1 << 20, 'x');
      }
    };
    const options = { gzip: false, targetChunkBytes: 1, targetChunkRows: 1, saveChunk: async () => {} };
    expect(await planTextFile(endless(), { format: 'jsonl', ...options })).toMatchObject({ code: 'FILE_ROW_TOO_LONG' });
    expect(pieces).toBe(5);
  });

  it.each([true, false])('what storage throws is no refusal of the file (gzip %s)', async (gzip) => {
    const failing = async function* () {
      yield packed.subarray(0, 10);
      throw new Error('connection reset');
    };
    const options = { format: 'csv', gzip, targetChunkBytes: 1, targetChunkRows: 1, saveChunk: async () => {} } as const;
    await expect(planTextFile(failing(), options)).rejects.toThrow('connection reset');
  });

  it('what saving a chunk throws is no refusal of the file', async () => {
    const saveChunk = () => Promise.reject(new Error('slow down'));
    const options = { format: 'csv', gzip: true, targetChunkBytes: 100, targetChunkRows: 100, saveChunk } as const;
    await expect(planTextFile(inPieces(packed), options)).rejects.toThrow('slow down');
  });
});

describe('the plan', () => {
  it('cuts at the first row that reaches either target', async () => {
    const text = 'a\n1\n22\n333\n4444\n5\n';
    const sizes = async (targetChunkBytes: number, targetChunkRows: number) =>
      (await planned(Buffer.from(text), { ...csv, targetChunkBytes, targetChunkRows })).plan.chunks.map(({ rows }) => rows);
    expect(await sizes(1_000, 2)).toEqual([2, 2, 1]);
    expect(await sizes(5, 1_000)).toEqual([2, 2, 1]);
    expect(await sizes(4, 1_000)).toEqual([2, 1, 1, 1]);
    expect(await sizes(1_000, 1_000)).toEqual([5]);
  });

  it('says on which line and with which row each chunk begins', async () => {
    const text = 'a,b\n\n"1\n1",2\n3,4\n\n5,6\n';
    const { plan } = await planned(Buffer.from(text), { ...csv, targetChunkRows: 1 });
    expect(plan.chunks).toEqual([
      { index: 0, firstRow: 0, rows: 1, firstLine: 2, at: { kind: 'bytes', start: 4, end: 13 } },
      { index: 1, firstRow: 1, rows: 1, firstLine: 5, at: { kind: 'bytes', start: 13, end: 17 } },
      { index: 2, firstRow: 2, rows: 1, firstLine: 6, at: { kind: 'bytes', start: 17, end: 22 } },
    ]);
  });

  it('hashes and measures the bytes as they are stored', async () => {
    const stored = gzipSync('a\n1\n');
    const { plan } = await planned(stored, { ...csv, gzip: true });
    expect(plan.sha256).toBe(createHash('sha256').update(stored).digest('hex'));
    expect(plan.sizeBytes).toBe(stored.length);
  });

  it('has no header for JSON lines, whose first line is a row', async () => {
    const { plan } = await planned(Buffer.from('{"a":1}\n{"a":2}'), { format: 'jsonl' });
    expect(plan).toMatchObject({ format: 'jsonl', rows: 2 });
    expect('header' in plan).toBe(false);
  });
});
