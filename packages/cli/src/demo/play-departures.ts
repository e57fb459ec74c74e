/**
 * Departures that arrive beside the batch job: a real afternoon with its clock moved to now, through the Kinesis endpoint.
 * The hour before now lies in the stream already; what follows is played sixty times as fast.
 */
import { type Departure, departureEvent, departuresOf } from '@tidemark/features/flights/departures';
import { type BatchEvidence, datesBetween, ledgerKeys, withoutRedelivered } from '@tidemark/pipeline';
import { putEvents, type StreamEvent } from '../stage/put-events.ts';
import { replayDay } from '../stage/replay-day.ts';
import type { RunningStage } from '../stage/start-stage.ts';
import { waiting } from '../stage/waiting.ts';
import { askFeatures } from './show-serving.ts';

const DAY = '2001-01-03';
const HOUR_MS = 3_600_000;
const NOW_IS_MS = 17 * HOUR_MS;
const SPEED = 60;
/** Departures that their producer sends twice. */
const SENT_TWICE = 5;
const BAD_EVENT: StreamEvent = { partitionKey: 'ATL', body: { id: 'planted', airport: 'ATL', delay: 'about an hour' } };

export interface StreamSummary {
  readonly sent: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly quarantined: number;
  /** From the acknowledged put of a departure to the answer of `/features` that counts it. */
  readonly readableAfterMs: number;
}

export interface PlayingDepartures {
  readonly day: string;
  /** Ends the play and waits until everything is received. */
  finish(): Promise<StreamSummary>;
}

export async function playDepartures(stage: RunningStage): Promise<PlayingDepartures> {
  const startMs = waiting.nowMs();
  const streamName = stage.names.streamName({ name: 'departures' });
  const deps = { kinesis: stage.kinesis, waiting };
  const departures = await departuresOf(DAY);
  const before = departures.filter(({ atMs }) => atMs >= NOW_IS_MS - HOUR_MS && atMs < NOW_IS_MS);
  const moved = { startMs: startMs - HOUR_MS, speed: 1, firstMs: NOW_IS_MS - HOUR_MS };
  const waitingEvents = before.map((one): StreamEvent => ({ partitionKey: one.airport, body: departureEvent(moved, one) }));
  const first = [...waitingEvents, ...waitingEvents.slice(0, SENT_TWICE), BAD_EVENT];
  await putEvents(deps, streamName, first);

  let stopped = false;
  const options = { speed: SPEED, isStopped: () => stopped, progress: () => {} };
  const playing = replayDay(
    deps,
    streamName,
    departures.filter(({ atMs }) => atMs >= NOW_IS_MS),
    options,
  );
  // Whoever waits for the end is told; until then a failure must not end the process.
  playing.catch(() => {});
  return {
    day: DAY,
    async finish() {
      stopped = true;
      const { sent } = await playing;
      await stage.instance.idle();
      const readableAfterMs = await measureReadable(stage, streamName);
      await stage.instance.idle();
      return { sent: first.length + sent + 1, ...(await countReceived(stage, startMs)), readableAfterMs };
    },
  };
}

const POLL_MS = 5;

/** One more departure, and how long it takes until an application sees it. */
async function measureReadable(stage: RunningStage, streamName: string): Promise<number> {
  const last = async () =>
    (await askFeatures(stage, 'airport-now?airport=ATL&features=last_destination')).features.last_destination?.value;
  const destination = (await last()) === 'ANC' ? 'HNL' : 'ANC';
  const departure: Departure = { row: 0, airport: 'ATL', destination, atMs: 0, delay: 0 };
  const event = departureEvent({ startMs: waiting.nowMs(), speed: 1, firstMs: 0 }, departure);
  await putEvents({ kinesis: stage.kinesis, waiting }, streamName, [{ partitionKey: 'ATL', body: event }]);
  const putMs = waiting.nowMs();
  while ((await last()) !== destination) await waiting.sleep(POLL_MS);
  return waiting.nowMs() - putMs;
}

/** What the ledger says became of what arrived since. */
async function countReceived(
  stage: RunningStage,
  sinceMs: number,
): Promise<Pick<StreamSummary, 'accepted' | 'duplicates' | 'quarantined'>> {
  const bucket = stage.names.bucket('ledger');
  const batches: BatchEvidence[] = [];
  for (const date of datesBetween(sinceMs, waiting.nowMs())) {
    for await (const { key } of stage.objects.list(bucket, ledgerKeys.streamBatchDay(date, 'departures'))) {
      const body = await stage.objects.read({ bucket, key });
      batches.push(JSON.parse(Buffer.from(body ?? []).toString('utf8')) as BatchEvidence);
    }
  }
  const since = withoutRedelivered(batches).filter(({ arrivedFrom }) => Date.parse(arrivedFrom) >= sinceMs);
  const sum = (pick: (batch: BatchEvidence) => number) => since.reduce((total, batch) => total + pick(batch), 0);
  return {
    accepted: sum(({ groups }) => groups['airport-activity']?.accepted ?? 0),
    duplicates: sum(({ groups }) => groups['airport-activity']?.duplicates ?? 0),
    quarantined: sum(({ unreadable, groups }) => unreadable + (groups['airport-activity']?.quarantined ?? 0)),
  };
}
