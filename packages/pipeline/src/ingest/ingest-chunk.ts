/**
 * One chunk: read its rows, map and validate each, quarantine what is refused, write the rest, leave a result.
 * The result is put once; a repetition after it was put does nothing, one before it writes the same records again.
 */
import { encodeRecord, type FeatureRecord, isRefusal, type Refusal, refuse, type Source, TidemarkError } from '@tidemark/domain';
import type { Chunk } from '../files/plan-file.ts';
import { type RawRow, readParquetChunk, readTextChunk } from '../files/read-chunk.ts';
import { typeRow } from '../files/type-row.ts';
import { printJson, requireJson } from '../ledger/json-objects.ts';
import { ledgerKeys } from '../ledger/ledger-keys.ts';
import type { ChunkDependencies } from './ingest-dependencies.ts';
import type { ChunkResult, IngestPlan, QuarantineLine } from './ingest-plan.ts';
import { randomAccess } from './random-access.ts';
import { writeRecords } from './write-records.ts';

export async function ingestChunk(deps: ChunkDependencies, planKey: string, index: number): Promise<{ index: number }> {
  const plan = await requireJson<IngestPlan>(deps.objects, deps.ledger, planKey);
  const resultKey = ledgerKeys.chunkResult(plan.date, plan.ingestId, index);
  if ((await deps.objects.head({ bucket: deps.ledger, key: resultKey })) !== undefined) return { index };

  const source = deps.definitions.sources.find((one) => one.name === plan.source);
  const chunk = plan.file.chunks[index];
  if (source === undefined || chunk === undefined) {
    throw new TidemarkError(
      'INTERNAL',
      `the plan of ${plan.ingestId} names chunk ${index} of source ${plan.source}, which does not exist`,
    );
  }

  const records: FeatureRecord[] = [];
  const refused: QuarantineLine[] = [];
  let rows = 0;
  for await (const { row, raw } of chunkRows(deps, plan, chunk)) {
    rows++;
    const outcome = recordOf(source, row);
    if (isRefusal(outcome)) refused.push(quarantineLine(plan, row, outcome, raw));
    else records.push(outcome);
  }

  let quarantineKey: string | undefined;
  if (refused.length > 0) {
    quarantineKey = ledgerKeys.quarantineChunk(plan.date, plan.ingestId, index);
    await deps.objects.put(deps.ledger, quarantineKey, refused.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
  const { online } = await writeRecords(deps, plan.groupName, records);
  const result: ChunkResult = {
    index,
    rows,
    accepted: records.length,
    quarantined: refused.length,
    online,
    reasons: countReasons(refused),
    quarantineKey,
  };
  await deps.objects.putOnce(deps.ledger, resultKey, printJson(result));
  return { index };
}

/** A raw row → a record, or why not. The mapping is the user's own code: what it throws is a refusal of the row. */
function recordOf(source: Source, row: RawRow): FeatureRecord | Refusal {
  if ('refusal' in row) return row.refusal;
  const typed = typeRow(source, row.fields);
  if (isRefusal(typed)) return typed;
  let mapped: Readonly<Record<string, unknown>>;
  try {
    mapped = source.map(typed.row as never);
  } catch {
    return refuse('ROW_MAPPING_FAILED', `the mapping of source ${source.name} threw`);
  }
  return encodeRecord(source.group, mapped);
}

/** The rows of a chunk with the bytes they stood in, which only text formats have. */
async function* chunkRows(
  deps: ChunkDependencies,
  plan: IngestPlan,
  chunk: Chunk,
): AsyncIterable<{ row: RawRow; raw: Uint8Array | undefined }> {
  if (chunk.at.kind === 'rows') {
    const head = await deps.objects.head(plan.request);
    if (head === undefined) throw new TidemarkError('FILE_VANISHED', 'the object was deleted before it could be read');
    for await (const rows of readParquetChunk(randomAccess(deps.objects, plan.request, head.sizeBytes), chunk.at)) {
      for (const row of rows) yield { row, raw: undefined };
    }
    return;
  }
  const bytes =
    chunk.at.kind === 'bytes'
      ? await deps.objects.read(plan.request, chunk.at)
      : await deps.objects.read({ bucket: deps.ledger, key: ledgerKeys.chunkCopy(plan.date, plan.ingestId, chunk.at.part) });
  if (bytes === undefined) throw new TidemarkError('FILE_VANISHED', 'the object was deleted before it could be read');
  const format = plan.file.format as 'csv' | 'jsonl';
  for (const row of readTextChunk(bytes, {
    format,
    header: plan.file.header ?? [],
    firstRow: chunk.firstRow,
    firstLine: chunk.firstLine,
  })) {
    yield { row, raw: bytes.subarray(row.byteStart, row.byteEnd) };
  }
}

function quarantineLine(plan: IngestPlan, row: RawRow, refusal: Refusal, raw: Uint8Array | undefined): QuarantineLine {
  const { bucket, key, versionId } = plan.request;
  return {
    bucket,
    key,
    versionId,
    line: row.line,
    row: row.row,
    code: refusal.code,
    field: refusal.field,
    message: refusal.message,
    raw: raw === undefined ? undefined : Buffer.from(raw).toString('base64'),
  };
}

function countReasons(refused: readonly QuarantineLine[]): Record<string, number> {
  const reasons: Record<string, number> = {};
  for (const { code } of refused) reasons[code] = (reasons[code] ?? 0) + 1;
  return reasons;
}
