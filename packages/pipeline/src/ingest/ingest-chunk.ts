/**
 * One chunk: read its rows, map and validate each, quarantine what is refused, write the rest, leave a result.
 * The result is put once; a repetition after it was put does nothing, one before it writes the same records again.
 */
import { type FeatureRecord, isRefusal, TidemarkError } from '@tidemark/domain';
import { printJson, requireJson } from '../ledger/json-objects.ts';
import { ledgerKeys } from '../ledger/ledger-keys.ts';
import { chunkRows, type PlannedFile } from './chunk-rows.ts';
import { countHours } from './event-hours.ts';
import type { ChunkDependencies } from './ingest-dependencies.ts';
import type { ChunkResult, IngestPlan, QuarantineLine } from './ingest-plan.ts';
import { countReasons, mapRow, printQuarantine, quarantineLine } from './map-row.ts';
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
  for await (const { row, raw } of chunkRows(deps.objects, plannedFile(deps, plan), chunk)) {
    rows++;
    const outcome = mapRow(source, row);
    if (isRefusal(outcome)) refused.push(quarantineLine(plan.request, row, outcome, raw));
    else records.push(outcome);
  }

  let quarantineKey: string | undefined;
  if (refused.length > 0) {
    quarantineKey = ledgerKeys.quarantineChunk(plan.date, plan.ingestId, index);
    await deps.objects.put(deps.ledger, quarantineKey, printQuarantine(refused));
  }
  const { online } = await writeRecords(deps, plan.groupName, records);
  const result: ChunkResult = {
    index,
    rows,
    accepted: records.length,
    quarantined: refused.length,
    online,
    reasons: countReasons(refused),
    hours: countHours(eventTimesOf(records)),
    quarantineKey,
  };
  await deps.objects.putOnce(deps.ledger, resultKey, printJson(result));
  return { index };
}

function* eventTimesOf(records: readonly FeatureRecord[]): Generator<string> {
  for (const { eventTime } of records) yield eventTime;
}

const plannedFile = ({ ledger }: ChunkDependencies, { date, ingestId, request, file }: IngestPlan): PlannedFile => ({
  object: request,
  file,
  copyOf: (part) => ({ bucket: ledger, key: ledgerKeys.chunkCopy(date, ingestId, part) }),
});
