/**
 * One chunk of a file: its rows go through today's definition again, and those of the window become candidates, columns that
 * the comparison reads. The result is put once, after the candidates; a repetition before it writes the same candidates.
 */
import { isRefusal, NS_PER, parseIsoNs, TidemarkError } from '@tidemark/domain';
import { writeParquet } from '../files/parquet-write.ts';
import { chunkRows } from '../ingest/chunk-rows.ts';
import { definitionHash } from '../ingest/definition-hash.ts';
import type { QuarantineLine } from '../ingest/ingest-plan.ts';
import { countReasons, mapRow, printQuarantine, quarantinedFile, quarantineLine } from '../ingest/map-row.ts';
import { printJson, requireJson } from '../ledger/json-objects.ts';
import { dateOf, hashParts, ledgerKeys } from '../ledger/ledger-keys.ts';
import type { BackfillDependencies } from './backfill-dependencies.ts';
import { type BackfillPlan, backfillKeys, type CutFile, type ReadResult } from './backfill-plan.ts';
import { enterStep } from './backfill-step.ts';
import { boundsOf, type Candidate, candidateColumns, comparisonUnit, ordinalOf } from './candidates.ts';
import { type CutRequest, objectOf, sourceOf } from './cut-backfill-file.ts';

export interface ChunkRequest extends CutRequest {
  readonly index: number;
}

export async function readBackfillChunk(deps: BackfillDependencies, request: ChunkRequest): Promise<{ index: number }> {
  const { id, group, file, index } = request;
  const plan = await enterStep(deps, request);
  const resultKey = backfillKeys.readResult(id, group, file.index, index);
  if ((await deps.objects.head({ bucket: deps.workBucket, key: resultKey })) !== undefined) return { index };
  const cut = await requireJson<CutFile>(deps.objects, deps.workBucket, backfillKeys.cut(id, group, file.index));

  const { candidates, refused, rows } = await readRows(deps, request, plan, cut);
  if (refused.length > 0 && !cut.quarantined) {
    await deps.objects.put(deps.ledger, quarantineKeyOf(deps, request), printQuarantine(refused));
  }
  if (candidates.length > 0) {
    const columns = candidateColumns(sourceOf(deps, file).group, candidates);
    await deps.objects.put(deps.workBucket, backfillKeys.candidatePart(id, group, file.index, index), writeParquet(columns));
  }
  const perUnit = NS_PER[comparisonUnit(sourceOf(deps, file).group)];
  const bounds = boundsOf(candidates.map(({ record }) => record.eventTimeNs / perUnit));
  const result: ReadResult = {
    rows,
    outside: rows - candidates.length - refused.filter(({ row }) => row >= 0).length,
    quarantined: refused.filter(({ row }) => row >= 0).length,
    candidates: candidates.length,
    refusedFiles: refused.filter(({ row }) => row < 0).length,
    reasons: countReasons(refused),
    earliest: bounds === undefined ? undefined : String(bounds.earliest),
    latest: bounds === undefined ? undefined : String(bounds.latest),
  };
  await deps.objects.putOnce(deps.workBucket, resultKey, printJson(result));
  return { index };
}

async function readRows(
  deps: BackfillDependencies,
  { id, group, file, index }: ChunkRequest,
  plan: BackfillPlan,
  cut: CutFile,
): Promise<{ candidates: Candidate[]; refused: QuarantineLine[]; rows: number }> {
  const object = objectOf(deps, file);
  const candidates: Candidate[] = [];
  const refused: QuarantineLine[] = [];
  if (cut.file === undefined) return { candidates, refused: [quarantinedFile(object, cut.refusal)], rows: 0 };
  const chunk = cut.file.chunks[index];
  if (chunk === undefined) throw new TidemarkError('INTERNAL', `file ${file.index} of backfill ${id} has no chunk ${index}`);
  const source = sourceOf(deps, file);
  const isInside = insideOf(plan);
  let rows = 0;
  const planned = {
    object,
    file: cut.file,
    copyOf: (part: number) => ({ bucket: deps.workBucket, key: backfillKeys.copy(id, group, file.index, part) }),
  };
  for await (const { row, raw } of chunkRows(deps.objects, planned, chunk)) {
    rows++;
    const outcome = mapRow(source, row);
    if (isRefusal(outcome)) refused.push(quarantineLine(object, row, outcome, raw));
    else if (isInside(outcome.eventTimeNs)) candidates.push({ record: outcome, ordinal: ordinalOf(file.index, row.row) });
  }
  return { candidates, refused, rows };
}

function insideOf({ window }: BackfillPlan): (timeNs: bigint) => boolean {
  if (window.by === 'arrival') return () => true;
  const [from, to] = [parseIsoNs(window.from) as bigint, parseIsoNs(window.to) as bigint];
  return (timeNs) => timeNs >= from && timeNs < to;
}

/** By the object and the definition: whoever backfills it again finds the same place. */
function quarantineKeyOf(deps: BackfillDependencies, { file, index }: ChunkRequest): string {
  const name = hashParts('backfill', file.key, file.versionId, definitionHash(sourceOf(deps, file)));
  return ledgerKeys.quarantineChunk(dateOf(file.lastModifiedMs), name, index);
}
