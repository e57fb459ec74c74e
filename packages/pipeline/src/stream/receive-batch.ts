/**
 * One batch of a shard: route its records, decide, append history, write states, quarantine what was refused, leave counts.
 *
 *   records → events by source → verdicts, entries to write → history → states → quarantine → evidence
 *
 * A record is done when it stands in the history and in the state, or in the quarantine. Where something cannot be read or
 * written, the batch comes again from the lowest record that depends on it; what was done already is recognised then. So
 * counts and quarantine are only of the records before that one.
 */
import { type Definitions, type EventStream, isWindowed, physicalStreamName, TidemarkError } from '@tidemark/domain';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { type BatchEvidence, countBatch, saveEvidence } from './batch-evidence.ts';
import { encodeDirect } from './encode-direct.ts';
import { foldEvents } from './fold-events.ts';
import { routeRecords } from './route-records.ts';
import type { Fault, StreamBatch, StreamDependencies, Verdict } from './stream-batch.ts';
import { quarantineRecords } from './stream-quarantine.ts';
import { createWindowStates, type WindowStates } from './window-states.ts';
import { writeBatch } from './write-batch.ts';

export interface ReceivedBatch {
  /** The sequence number from which on the batch must come again. */
  readonly failedFrom: string | undefined;
  /** Why: never with a key or a value. */
  readonly faults: readonly string[];
  /** Undefined where nothing is done. */
  readonly evidence: BatchEvidence | undefined;
}

export type ReceiveBatch = (batch: StreamBatch) => Promise<ReceivedBatch>;

/** @throws STREAM_UNKNOWN, CATALOGUE_MISSING, GROUP_UNKNOWN: nothing of the batch is done then */
export function createBatchReceiver(deps: StreamDependencies): ReceiveBatch {
  const windowStates = createWindowStates(deps);
  return async (batch) => {
    const catalogue = await deps.catalogue();
    const stream = findStream(deps.definitions, catalogue, batch.streamName);
    const { verdicts, faults } = await applyBatch(deps, windowStates, catalogue, stream, batch);

    const failedAt = Math.min(batch.records.length, ...faults.flatMap(({ at }) => at));
    const place = { stream: stream.name, shardId: batch.shardId };
    const done = batch.records.slice(0, failedAt);
    const settled = verdicts.filter(({ at }) => at < failedAt);
    await quarantineRecords(deps, place, done, settled);
    const evidence = done.length === 0 ? undefined : countBatch(place, done, settled);
    if (evidence !== undefined) await saveEvidence(deps.objects, deps.ledger, evidence);
    return {
      failedFrom: batch.records[failedAt]?.sequenceNumber,
      faults: [...new Set(faults.map(({ reason }) => reason))],
      evidence,
    };
  };
}

function findStream(definitions: Definitions, { stage }: Catalogue, streamName: string): EventStream {
  const stream = definitions.streams.find((one) => physicalStreamName(stage, one) === streamName);
  if (stream !== undefined) return stream;
  throw new TidemarkError(
    'STREAM_UNKNOWN',
    `no stream of the definitions is ${streamName}: deploy the stage with those that have it`,
  );
}

async function applyBatch(
  deps: StreamDependencies,
  windowStates: WindowStates,
  catalogue: Catalogue,
  stream: EventStream,
  { records }: StreamBatch,
): Promise<{ verdicts: Verdict[]; faults: Fault[] }> {
  const sources = deps.definitions.streamSources.filter((source) => source.stream === stream);
  const routed = routeRecords(stream, sources, records);
  const direct = encodeDirect(routed.events.filter(({ source }) => !isWindowed(source.group)));
  const folds = await Promise.all(
    sources.map(async ({ group }) => {
      const events = routed.events.filter(({ source }) => source.group === group);
      return isWindowed(group) && events.length > 0 ? [await foldEvents(windowStates, catalogue, group, events)] : [];
    }),
  );
  const folded = folds.flat();
  const { faults, written } = await writeBatch(
    deps,
    catalogue,
    folded.flatMap(({ entities }) => entities),
    direct.records,
  );
  for (const { record, entityKey, state } of written)
    if (record !== undefined) windowStates.wrote(record.groupName, entityKey, state);
  return {
    verdicts: [...routed.verdicts, ...direct.verdicts, ...folded.flatMap((one) => one.verdicts)].sort((a, b) => a.at - b.at),
    faults: [...folded.flatMap((one) => one.faults), ...faults],
  };
}
