/** The example's export through the readers of the pipeline: what is refused is what was planted, nothing else. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeRecord, findSource, isRefusal, type Refusal, type Source } from '@tidemark/domain';
import { definitions } from '@tidemark/features';
import { type ExportedFile, exportFlights, type FlightsExport } from '@tidemark/features/flights/export';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatOf } from '../../packages/pipeline/src/files/file-format.ts';
import { inMemory } from '../../packages/pipeline/src/files/parquet-write.ts';
import { type FilePlan, planParquetFile, planTextFile } from '../../packages/pipeline/src/files/plan-file.ts';
import { type RawRow, readParquetChunk, readTextChunk } from '../../packages/pipeline/src/files/read-chunk.ts';
import { checkHeader, typeRow } from '../../packages/pipeline/src/files/type-row.ts';

let folder: string;
let week: FlightsExport;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'export-'));
  week = await exportFlights({ outDir: folder, anchor: '2001-01-01', days: 7, plant: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A file's plan and its rows, in small chunks, so that bad rows fall on either side of a cut. */
async function read({ path, key }: ExportedFile): Promise<{ plan: FilePlan; rows: RawRow[] } | Refusal> {
  const stored = readFileSync(path);
  const kind = formatOf(key);
  if (kind === undefined) throw new Error(`${key} is of no known format`);
  const saved: Uint8Array[] = [];
  const { format, gzip } = kind;
  const plan =
    format === 'parquet'
      ? await planParquetFile(inMemory(stored), '', { targetChunkRows: 700 })
      : await planTextFile(pieces(stored), {
          format,
          gzip,
          targetChunkBytes: 10_000,
          targetChunkRows: 150,
          saveChunk: async (_, bytes) => {
            saved.push(bytes);
          },
        });
  if (isRefusal(plan)) return plan;
  const rows: RawRow[] = [];
  for (const { at, firstRow, firstLine } of plan.chunks) {
    if (at.kind === 'rows') {
      for await (const batch of readParquetChunk(inMemory(stored), at)) rows.push(...batch);
    } else if (format !== 'parquet') {
      const bytes = at.kind === 'bytes' ? stored.subarray(at.start, at.end) : (saved[at.part] as Uint8Array);
      rows.push(...readTextChunk(bytes, { format, header: plan.header, firstRow, firstLine }));
    }
  }
  return { plan, rows };
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 4_096) yield bytes.subarray(at, at + 4_096);
}

function refusalOf(source: Source, row: RawRow): Refusal | undefined {
  if ('refusal' in row) return row.refusal;
  const typed = typeRow(source, row.fields);
  if (isRefusal(typed)) return typed;
  const record = encodeRecord(source.group, source.map(typed.row as never));
  return isRefusal(record) ? record : undefined;
}

it('refuses exactly the planted rows and files, and takes every other row', async () => {
  const refused: unknown[] = [];
  const refusedFiles: unknown[] = [];
  for (const file of week.files) {
    const source = findSource(definitions, file.key) as Source;
    const outcome = await read(file);
    if (isRefusal(outcome)) {
      refusedFiles.push([file.key, outcome.code]);
      continue;
    }
    const { plan, rows } = outcome;
    expect([file.key, plan.rows, rows.length]).toEqual([file.key, file.rows, file.rows]);
    expect(checkHeader(source, plan.header ?? [])).toBeUndefined();
    for (const row of rows) {
      const refusal = refusalOf(source, row);
      if (refusal !== undefined) refused.push({ key: file.key, line: row.line, code: refusal.code, field: refusal.field });
    }
  }
  expect(refused).toEqual(week.planted.map(({ key, line, code, field }) => ({ key, line, code, field })));
  expect(refusedFiles).toEqual(
    week.files.filter(({ refusal }) => refusal !== undefined).map(({ key, refusal }) => [key, refusal]),
  );
  expect([refused.length, refusedFiles.length]).toEqual([40, 2]);
});
