/**
 * How large the state of the example's windows is, and what an event and an answer cost of the online store's throughput: two
 * real days, each departure received when it left, one at a time as in a quiet hour. Measured on the second day, when ids of
 * a whole day and an hour are remembered.
 */
import {
  decideEvent,
  emptyWindowState,
  encodeEvent,
  encodeRecord,
  greatestRecordBytes,
  isRefusal,
  stateGroupOf,
  type WindowedGroup,
  type WindowState,
  windowRecord,
} from '@tidemark/domain';
import { definitions } from '@tidemark/features';
import { departuresOf } from '@tidemark/features/flights/departures';
import { measure } from './harness/measure.ts';
import type { Section } from './harness/report.ts';

/** The days before and with the most departures of one airport. */
const DAYS = ['2001-05-08', '2001-05-09'] as const;
/** The service's request units. */
const [WRITE_UNIT_BYTES, READ_UNIT_BYTES] = [1_024, 4_096];

export async function benchStateSize(): Promise<Section[]> {
  const group = definitions.groups.find(({ name }) => name === 'airport-activity') as WindowedGroup;
  const events = (await Promise.all(DAYS.map(eventsOf))).flat().sort((a, b) => a.arrivedMs - b.arrivedMs);
  const secondDayMs = Date.parse(DAYS[1]);
  const states = new Map<string, WindowState>();
  const records = new Map<string, number>();
  const atWrite: number[] = [];
  const { cpuSeconds } = await measure(() => {
    for (const { input, arrivedMs } of events) {
      const event = encodeEvent(group, input);
      if (isRefusal(event)) throw new Error(event.message);
      const before = states.get(event.entityKey) ?? emptyWindowState(group);
      const decision = decideEvent(group, before, event, { arrivedMs, partitionKey: event.entityKey });
      if (decision.outcome !== 'accepted') continue;
      states.set(event.entityKey, decision.state);
      if (arrivedMs < secondDayMs) continue;
      const bytes = recordBytes(group, event.keyParts, decision.state);
      records.set(event.entityKey, bytes);
      atWrite.push(bytes);
    }
  });
  const entities = [...records.values()];
  const units = (bytes: readonly number[], unit: number) => bytes.map((one) => Math.ceil(one / unit));
  const mean = (values: readonly number[]) => (values.reduce((sum, one) => sum + one, 0) / values.length).toFixed(1);
  const line = (what: string, published: string | number) => ({ what, published: published.toLocaleString('en-US') });
  return [
    {
      title: `state of airport-activity, ${atWrite.length.toLocaleString('en-US')} events of ${entities.length} airports on ${DAYS[1]}`,
      unit: 'value',
      lines: [
        line('bytes of a record, by airport at the end of the day, p50', quantile(entities, 0.5)),
        line('bytes of a record, by airport at the end of the day, p99', quantile(entities, 0.99)),
        line('bytes of a record, by event when it is written, p50', quantile(atWrite, 0.5)),
        line('bytes of a record, by event when it is written, p99', quantile(atWrite, 0.99)),
        line('bytes of the greatest record', Math.max(...atWrite)),
        line('bytes of a record at every declared bound', greatestRecordBytes(group)),
        line('online write units an event, one event a batch, mean', mean(units(atWrite, WRITE_UNIT_BYTES))),
        line('online write units an event, one event a batch, p99', quantile(units(atWrite, WRITE_UNIT_BYTES), 0.99)),
        line('online read units an event, one event a batch, mean', mean(units(atWrite, READ_UNIT_BYTES))),
        line('online read units an answer, by airport, p50', quantile(units(entities, READ_UNIT_BYTES), 0.5)),
        line('online read units an answer, by airport, p99', quantile(units(entities, READ_UNIT_BYTES), 0.99)),
        line('CPU µs an event to decide and encode', Math.round((cpuSeconds / events.length) * 1e6)),
      ],
    },
  ];
}

async function eventsOf(day: string): Promise<{ input: Record<string, unknown>; arrivedMs: number }[]> {
  const midnightMs = Date.parse(day);
  return (await departuresOf(day)).map(({ row, airport, destination, atMs, delay }) => ({
    input: { airport, eventId: row.toString(36), eventTime: new Date(midnightMs + atMs).toISOString(), destination, delay },
    arrivedMs: midnightMs + atMs + Math.max(0, delay) * 60_000,
  }));
}

function recordBytes(group: WindowedGroup, keyParts: Parameters<typeof windowRecord>[1], state: WindowState): number {
  const record = encodeRecord(stateGroupOf(group), windowRecord(group, keyParts, state));
  if (isRefusal(record)) throw new Error(record.message);
  return record.values.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(String(value)), 0);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number;
}
