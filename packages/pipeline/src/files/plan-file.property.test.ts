import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTextChunk } from './read-chunk.ts';
import { planned } from './text-file.fixture.ts';

const field = fc.string({ unit: fc.constantFrom('a', '7', ',', '"', '\n', '\r\n', 'ß', '漢', ' ', '😀'), maxLength: 6 });
const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
/** Fields in the form a writer may choose: quoted where it must be, or always. */
const written = fc
  .record({ text: field, always: fc.boolean() })
  .map(({ text, always }) => ({ text, raw: always || /[",\r\n]/.test(text) ? quote(text) : text }));

/** Lines of a CSV file: rows of two fields, and blank lines between them. */
const csvLine = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(written, written)
      .map((fields) => ({ blank: false, raw: fields.map(({ raw }) => raw).join(','), fields })),
  },
  { weight: 1, arbitrary: fc.constant({ blank: true, raw: '', fields: [] }) },
);
const lineEnd = fc.constantFrom('\n', '\r\n');
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
const targets = fc.record({ targetChunkBytes: fc.integer({ min: 1, max: 80 }), targetChunkRows: fc.integer({ min: 1, max: 5 }) });

/** A CSV file, and for each of its rows the values, the line it begins on and its bytes without the line end. */
const csvFile = fc
  .record({ lines: fc.array(csvLine, { minLength: 1, maxLength: 20 }), end: lineEnd, mark: fc.boolean(), open: fc.boolean() })
  .filter(({ lines }) => lines.some(({ blank }) => !blank))
  .map(({ lines, end, mark, open }) => {
    let text = `${mark ? '\ufeff' : ''}one,two${end}`;
    const rows: { fields: Record<string, string>; line: number; raw: string }[] = [];
    lines.forEach(({ blank, raw, fields }, at) => {
      if (!blank)
        rows.push({ fields: { one: fields[0]?.text ?? '', two: fields[1]?.text ?? '' }, line: text.split('\n').length, raw });
      text += open && at === lines.length - 1 ? raw : `${raw}${end}`;
    });
    return { bytes: Buffer.from(text), rows };
  });

describe('a CSV file', () => {
  it('comes back row by row, whatever its chunks and however its stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(csvFile, targets, cuts, async ({ bytes, rows }, sizes, lengths) => {
        const read = await planned(bytes, { format: 'csv', ...sizes }, lengths);
        expect(read.plan.header).toEqual(['one', 'two']);
        expect(read.plan.rows).toBe(rows.length);
        expect(read.rows.map((row) => ('fields' in row ? row.fields : row.refusal))).toEqual(rows.map(({ fields }) => fields));
        expect(read.rows.map(({ line }) => line)).toEqual(rows.map(({ line }) => line));
        expect(read.rows.map(({ row }) => row)).toEqual(rows.map((_, at) => at));
        expect(read.plan.chunks.map(({ firstRow }) => firstRow)).toEqual(startsOf(read.plan.chunks.map((chunk) => chunk.rows)));
      }),
      { numRuns: 500 },
    );
  });

  it('holds each row whole in one chunk, and lies in its chunks without gap or overlap', async () => {
    await fc.assert(
      fc.asyncProperty(csvFile, targets, async ({ bytes, rows }, sizes) => {
        const { plan, chunks } = await planned(bytes, { format: 'csv', ...sizes });
        const raws = plan.chunks.flatMap(({ firstRow, firstLine }, index) => {
          const chunk = chunks[index] as Uint8Array;
          const read = [...readTextChunk(chunk, { format: 'csv', header: plan.header, firstRow, firstLine })];
          return read.map(({ byteStart, byteEnd }) => Buffer.from(chunk.subarray(byteStart, byteEnd)).toString());
        });
        expect(raws).toEqual(rows.map(({ raw }) => raw));
        const places = plan.chunks.map(({ at }) => (at.kind === 'bytes' ? at : { start: -1, end: -1 }));
        expect(places.slice(1).map(({ start }) => start)).toEqual(places.slice(0, -1).map(({ end }) => end));
        expect(plan.chunks.every((chunk) => chunk.rows <= sizes.targetChunkRows)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('gives the same rows and chunks when it is gzip, in one member or two', async () => {
    await fc.assert(
      fc.asyncProperty(csvFile, targets, cuts, fc.nat(), async ({ bytes }, sizes, lengths, split) => {
        const at = split % bytes.length;
        const gzip = Buffer.concat([gzipSync(bytes.subarray(0, at)), gzipSync(bytes.subarray(at))]);
        const plain = await planned(bytes, { format: 'csv', ...sizes });
        const packed = await planned(gzip, { format: 'csv', gzip: true, ...sizes }, lengths);
        expect(packed.rows).toEqual(plain.rows);
        expect(packed.chunks.map((chunk) => Buffer.from(chunk))).toEqual(plain.chunks.map((chunk) => Buffer.from(chunk)));
        expect(packed.plan.chunks.map(({ at: place }) => place)).toEqual(
          plain.chunks.map((_, part) => ({ kind: 'object', part })),
        );
      }),
      { numRuns: 200 },
    );
  });
});

describe('any bytes at all', () => {
  it('are as many rows to the planner as to the reader', async () => {
    const byte = fc.constantFrom(0x22, 0x0a, 0x0d, 0x2c, 0x61, 0xff, 0xc3, 0x7b);
    const bytes = fc.array(byte, { minLength: 1, maxLength: 60 }).map((rest) => Buffer.from([...Buffer.from('h\nx\n'), ...rest]));
    await fc.assert(
      fc.asyncProperty(
        bytes,
        targets,
        cuts,
        fc.constantFrom('csv' as const, 'jsonl' as const),
        async (file, sizes, lengths, format) => {
          const { plan, rows } = await planned(file, { format, ...sizes }, lengths);
          expect(rows.length).toBe(plan.rows);
          expect(rows.map(({ row }) => row)).toEqual(rows.map((_, at) => at));
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('a file of JSON lines', () => {
  it('comes back line by line, whatever its chunks and however its stream is cut', async () => {
    const object = fc.dictionary(
      fc.string({ maxLength: 4 }).filter((key) => key !== '__proto__'),
      fc.jsonValue({ maxDepth: 1 }),
      { maxKeys: 3 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(object, { minLength: 1, maxLength: 12 }),
        lineEnd,
        targets,
        cuts,
        async (objects, end, sizes, lengths) => {
          const bytes = Buffer.from(objects.map((one) => JSON.stringify(one)).join(end));
          const { rows } = await planned(bytes, { format: 'jsonl', ...sizes }, lengths);
          // Integers beyond 2^53 come as bigint; as text all numbers are comparable.
          const texts = rows.map((row) =>
            JSON.stringify('fields' in row ? row.fields : row.refusal, (_, value) =>
              typeof value === 'bigint' ? Number(value) : value,
            ),
          );
          expect(texts).toEqual(objects.map((one) => JSON.stringify(one)));
          expect(rows.map(({ line }) => line)).toEqual(objects.map((_, at) => at + 1));
        },
      ),
      { numRuns: 200 },
    );
  });
});

const startsOf = (counts: readonly number[]) => counts.map((_, at) => counts.slice(0, at).reduce((sum, count) => sum + count, 0));
