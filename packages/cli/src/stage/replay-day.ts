/** A real day of departures, with its clock moved to now and made faster: each event is put when it is due. */
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { type Departure, departureEvent, dueMs } from '@tidemark/features/flights/departures';
import type { Waiting } from '@tidemark/pipeline';
import { putEvents } from './put-events.ts';

export interface Replayed {
  readonly sent: number;
  /** Records that the stream refused at first. */
  readonly again: number;
  readonly seconds: number;
}

/** How often events that have become due are put together. */
const TICK_MS = 100;

export async function replayDay(
  deps: { readonly kinesis: KinesisClient; readonly waiting: Waiting },
  streamName: string,
  departures: readonly Departure[],
  options: {
    readonly speed: number;
    readonly isStopped: () => boolean;
    /** After every put. */
    readonly progress: (replayed: Replayed) => void;
  },
): Promise<Replayed> {
  const { waiting } = deps;
  const startMs = waiting.nowMs();
  const played = { startMs, speed: options.speed, firstMs: departures[0]?.atMs ?? 0 };
  const replayed = { sent: 0, again: 0, seconds: 0 };
  while (replayed.sent < departures.length && !options.isStopped()) {
    const nowMs = waiting.nowMs();
    const next = departures.findIndex((one, at) => at >= replayed.sent && dueMs(played, one) > nowMs);
    const due = departures.slice(replayed.sent, next < 0 ? departures.length : next);
    if (due.length > 0) {
      const events = due.map((one) => ({ partitionKey: one.airport, body: departureEvent(played, one) }));
      replayed.again += (await putEvents(deps, streamName, events)).again;
      replayed.sent += due.length;
      replayed.seconds = (waiting.nowMs() - startMs) / 1_000;
      options.progress({ ...replayed });
    }
    await waiting.sleep(TICK_MS);
  }
  return replayed;
}
