/** A stream of departures with everything in it that a stream may bring, and what must become of each record. */
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import type { RunningStage } from '@tidemark/cli/start-stage';
import type { WindowedGroup, WindowValues } from '@tidemark/domain';
import { engineCredentials } from '@tidemark/engine';
import { definitions } from '@tidemark/features';
import { expectedWindows, type SentEvent } from '@tidemark/testing';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const AIRPORTS = ['ATL', 'JFK', 'ORD', 'LAX', 'SEA'] as const;
export const airportActivity = definitions.groups.find(({ name }) => name === 'airport-activity') as WindowedGroup;

export interface PlannedRecord {
  readonly partitionKey: string;
  readonly data: string | Uint8Array;
  /** The event, where it is to be accepted for the first time. */
  readonly accepted?: SentEvent;
  /** The code under which it waits in quarantine. */
  readonly refused?: string;
  /** Not for the windowed group alone, but before any source sees it. */
  readonly unreadable?: true;
}

interface Flight {
  readonly id: string;
  readonly airport: string;
  readonly destination: string;
  readonly timeMs: number;
  readonly delay: number;
}

const bodyOf = ({ id, airport, destination, timeMs, delay }: Flight) =>
  JSON.stringify({ id, airport, destination, scheduled: new Date(timeMs).toISOString(), delay });

const sent = (flight: Flight): SentEvent => ({
  entity: flight.airport,
  id: flight.id,
  timeMs: flight.timeMs,
  values: { destination: flight.destination, delay: flight.delay },
  arrivedMs: flight.timeMs,
});

/** The i-th flight: all airports, event times over five hours back from now in no order, delays of either sign. */
function flight(at: number, nowMs: number): Flight {
  const airport = AIRPORTS[at % AIRPORTS.length] as string;
  const destination = ['SFO', 'BOS', 'DEN', 'MIA', 'DFW', 'PHX'][(at * 7) % 6] as string;
  const timeMs = nowMs - ((at * 7_919_003) % (5 * HOUR)) - 1_000;
  return { id: `f${at}`, airport, destination, timeMs, delay: ((at * 37) % 90) - 15 };
}

/**
 * Records in waves: what a stream refuses is put again behind what it took, so only a later wave surely comes after. Ids
 * that are used again for something else are in the second.
 */
export function departureRecords(nowMs: number, count: number): readonly (readonly PlannedRecord[])[] {
  const records: PlannedRecord[] = [];
  const conflicts: PlannedRecord[] = [];
  const put = (one: Flight, outcome: Omit<PlannedRecord, 'partitionKey' | 'data'>) =>
    records.push({ partitionKey: one.airport, data: bodyOf(one), ...outcome });
  for (let at = 0; at < count; at++) {
    const one = flight(at, nowMs);
    put(one, { accepted: sent(one) });
    if (at % 10 === 3) put(one, {});
    if (at % 25 === 7) put(flight(Math.floor(at / 2), nowMs), {});
    if (at % 40 === 11)
      conflicts.push({ partitionKey: one.airport, data: bodyOf({ ...one, delay: one.delay + 1 }), refused: 'EVENT_ID_CONFLICT' });
    if (at % 50 === 13) put({ ...one, id: `late${at}`, timeMs: nowMs - 25 * HOUR }, { refused: 'EVENT_LATE' });
    if (at % 50 === 23) {
      const nearlyLate = { ...one, id: `old${at}`, timeMs: nowMs - 23 * HOUR };
      put(nearlyLate, { accepted: sent(nearlyLate) });
    }
    if (at % 50 === 33) put({ ...one, id: `ahead${at}`, timeMs: nowMs + 30 * MINUTE }, { refused: 'EVENT_FUTURE' });
    if (at % 60 === 17)
      records.push({ partitionKey: 'ZZZ', data: bodyOf({ ...one, id: `other${at}` }), refused: 'EVENT_KEY_MISMATCH' });
    if (at % 60 === 37)
      records.push({ partitionKey: 'ATL', data: poison[at % poison.length]?.data ?? '', ...poison[at % poison.length] });
  }
  return [records, conflicts];
}

const poison: readonly Omit<PlannedRecord, 'partitionKey'>[] = [
  { data: Uint8Array.of(0xff, 0xfe, 0x7b), refused: 'ROW_UNDECODABLE', unreadable: true },
  { data: '{"id":', refused: 'ROW_NOT_JSON', unreadable: true },
  { data: '{"kind":"arrival"}', refused: 'ROW_UNKNOWN_COLUMN', unreadable: true },
  {
    data: '{"id":"x","airport":"ATL","destination":"SFO","scheduled":"2026-01-01T00:00:00Z","delay":"soon"}',
    refused: 'ROW_WRONG_TYPE',
    unreadable: true,
  },
  { data: '{"id":"x","destination":"SFO","scheduled":"2026-01-01T00:00:00Z","delay":1}', refused: 'ROW_KEY_MISSING' },
];

interface SentDeparture {
  readonly airport: string;
  readonly destination: string;
  readonly scheduled: string;
  readonly delay: number;
}

/** The departure that a readable record holds, if it names an airport. */
export function departureIn({ data }: PlannedRecord): SentDeparture[] {
  const event = JSON.parse(Buffer.from(data).toString('utf8')) as SentDeparture;
  return event.airport === undefined ? [] : [event];
}

/** Puts records through the real client, what the stream refuses again. */
export async function produce(
  { engine: { endpoint, region, stage } }: Pick<RunningStage, 'engine'>,
  records: readonly PlannedRecord[],
): Promise<void> {
  const kinesis = new KinesisClient({ endpoint, region, credentials: engineCredentials });
  for (let at = 0; at < records.length; at += 100) {
    for (let open = records.slice(at, at + 100); open.length > 0; ) {
      const Records = open.map(({ partitionKey, data }) => ({ PartitionKey: partitionKey, Data: Buffer.from(data) }));
      const answer = await kinesis.send(new PutRecordsCommand({ StreamName: `${stage}-departures`, Records }));
      open = open.filter((_, index) => answer.Records?.[index]?.ErrorCode !== undefined);
    }
  }
  kinesis.destroy();
}

/** Feature → value of an airport's windows at a time, by loops over all accepted events. */
export const windowsAt = (accepted: readonly SentEvent[], airport: string, timeMs: number): WindowValues =>
  expectedWindows(airportActivity, accepted, airport, BigInt(timeMs) * 1_000_000n);
