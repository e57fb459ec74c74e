/**
 * What finally failed, taken up: failed batches → events of windowed groups dealt out to buckets, records of direct groups
 * written, what is refused quarantined.
 *
 * Which objects are taken is settled once for a redrive, by the object that this leaves last, so that a repetition does the
 * same; what fails meanwhile is for the next one.
 */
import { type EventStream, encodeEvent, isRefusal, isWindowed, physicalStreamName, TidemarkError } from '@tidemark/domain';
import { bucketOf } from '@tidemark/sql';
import { loadJson, printJson } from '../ledger/json-objects.ts';
import { encodeDirect } from '../stream/encode-direct.ts';
import { routeRecords } from '../stream/route-records.ts';
import type { RoutedEvent, StreamBatch, Verdict } from '../stream/stream-batch.ts';
import { quarantineRecords } from '../stream/stream-quarantine.ts';
import { writeBatch } from '../stream/write-batch.ts';
import { addReasons } from './add-reasons.ts';
import { type FailedEvent, printFailedEvents } from './failed-events.ts';
import { listFailures, parseFailure } from './failure-objects.ts';
import type { RebuildBucketDependencies } from './rebuild-dependencies.ts';
import { type FailureCounts, rebuildKeys } from './rebuild-plan.ts';

/** How much a redrive takes up at once; more waits for the next one. */
const MOST_BYTES = 64 * 1024 * 1024;

/** @param buckets By windowed group, how many its entities are dealt out to. */
export async function takeFailures(
  deps: RebuildBucketDependencies,
  id: string,
  stream: EventStream,
  buckets: ReadonlyMap<string, number>,
): Promise<FailureCounts> {
  const taken = await loadJson<FailureCounts>(deps.objects, deps.workBucket, rebuildKeys.failures(id));
  if (taken !== undefined) return taken;
  const { stage } = await deps.catalogue();
  const lines = new Map<string, FailedEvent[]>();
  let counts: FailureCounts = { objects: [], left: 0, arrivedFromMs: undefined, records: 0, windowed: 0, direct: 0, refused: {} };
  let bytes = 0;
  for await (const { key, sizeBytes } of listFailures(deps.objects, deps.ledger)) {
    if (bytes > 0 && bytes + sizeBytes > MOST_BYTES) {
      counts = { ...counts, left: counts.left + 1 };
      continue;
    }
    const body = await deps.objects.read({ bucket: deps.ledger, key });
    if (body === undefined) continue;
    const batch = parseFailure(key, body);
    if (batch.streamName !== physicalStreamName(stage, stream)) continue;
    bytes += sizeBytes;
    const one = await takeBatch(deps, stream, batch);
    for (const [group, failed] of one.windowed) {
      for (const event of failed) {
        const at = rebuildKeys.records(id, group, bucketOf(event.event.entityKey, buckets.get(group) ?? 1));
        lines.set(at, [...(lines.get(at) ?? []), event]);
      }
    }
    counts = {
      objects: [...counts.objects, key],
      left: counts.left,
      arrivedFromMs: Math.min(counts.arrivedFromMs ?? Number.POSITIVE_INFINITY, ...batch.records.map((one) => one.arrivedMs)),
      records: counts.records + batch.records.length,
      windowed: counts.windowed + [...one.windowed.values()].reduce((sum, events) => sum + events.length, 0),
      direct: counts.direct + one.direct,
      refused: addReasons([counts.refused, one.refused]),
    };
  }
  for (const [key, events] of lines) await deps.objects.put(deps.workBucket, key, printFailedEvents(events));
  await deps.objects.put(deps.workBucket, rebuildKeys.failures(id), printJson(counts));
  return counts;
}

interface TakenBatch {
  readonly windowed: ReadonlyMap<string, readonly FailedEvent[]>;
  readonly direct: number;
  readonly refused: Readonly<Record<string, number>>;
}

async function takeBatch(deps: RebuildBucketDependencies, stream: EventStream, batch: StreamBatch): Promise<TakenBatch> {
  const sources = deps.definitions.streamSources.filter((source) => source.stream === stream);
  const routed = routeRecords(stream, sources, batch.records);
  const direct = encodeDirect(routed.events.filter(({ source }) => !isWindowed(source.group)));
  const { faults } = await writeBatch(deps, await deps.catalogue(), [], direct.records);
  if (faults.length > 0) throw new TidemarkError('DEPENDENCY_FAILED', `records were not taken: ${faults[0]?.reason}`);
  const windowed = encodeWindowed(batch, routed.events);
  const verdicts = [...routed.verdicts, ...direct.verdicts, ...windowed.verdicts];
  await quarantineRecords(deps, { stream: stream.name, shardId: batch.shardId }, batch.records, verdicts);
  const refusals = verdicts.flatMap(({ outcome }) => (typeof outcome === 'object' ? [{ [outcome.code]: 1 }] : []));
  return { windowed: windowed.events, direct: direct.records.length, refused: addReasons(refusals) };
}

function encodeWindowed({ shardId }: StreamBatch, routed: readonly RoutedEvent[]) {
  const events = new Map<string, FailedEvent[]>();
  const verdicts: Verdict[] = [];
  for (const { at, source, record, input } of routed) {
    const { group } = source;
    if (!isWindowed(group)) continue;
    const event = encodeEvent(group, input);
    if (isRefusal(event)) verdicts.push({ at, source, outcome: event });
    else events.set(group.name, [...(events.get(group.name) ?? []), { event, record, shardId }]);
  }
  return { events, verdicts };
}
