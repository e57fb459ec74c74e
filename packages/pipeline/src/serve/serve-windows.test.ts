import {
  aggregate,
  column,
  decideEvent,
  defineEntity,
  defineFeatureStore,
  defineStream,
  defineStreamSource,
  defineView,
  defineWindowedGroup,
  emptyWindowState,
  encodeEvent,
  encodeRecord,
  field,
  isRefusal,
  join,
  stateGroupOf,
  WINDOW_STATE_FEATURE,
  windowRecord,
} from '@tidemark/domain';
import { expect, test } from 'vitest';
import { createMemoryFeatureStore } from '../stream/memory-feature-store.fixture.ts';
import { createFeatureServer } from './serve-features.ts';
import { parsePostRequest } from './serve-request.ts';

const meter = defineEntity({ name: 'meter', key: { meter: 'string' } });
const load = defineWindowedGroup({
  name: 'load',
  entity: meter,
  fields: { watts: field.integer({ within: 10_000 }) },
  step: '1m',
  lateness: '1h',
  bounds: { events: 100, eventsPerStep: 20 },
  windows: { readings_5m: aggregate.count({ length: '5m' }), most_5m: aggregate.max('watts', { length: '5m' }) },
});
const readings = defineStream({ name: 'readings', partitionedBy: meter, columns: { id: column.text() } });
const select = { readings: 'readings_5m', most: 'most_5m' } as const;
const definitions = defineFeatureStore({
  groups: [load],
  sources: [],
  views: [
    defineView({
      name: 'now',
      keys: { meter: 'string' },
      maxStaleness: '60s',
      joins: [join(load, { key: { meter: 'meter' }, select })],
    }),
  ],
  streams: [readings],
  streamSources: [
    defineStreamSource({
      name: 'load',
      stream: readings,
      group: load,
      map: ({ id }) => ({ eventId: id, meter: id, eventTime: id }),
    }),
  ],
});
const MINUTE = 60_000;
const START = Date.parse('2026-01-31T09:00:00Z');

/** A server over the windows of meter `a`, which was read at the given minutes after the start. */
function serverOver(minutes: readonly number[], changes: Readonly<Record<string, string>> = {}) {
  const store = createMemoryFeatureStore();
  let state = emptyWindowState(load);
  for (const minute of minutes) {
    const timeMs = START + minute * MINUTE;
    const event = encodeEvent(load, {
      meter: 'a',
      eventId: `${minute}`,
      eventTime: new Date(timeMs).toISOString(),
      watts: minute,
    });
    if (isRefusal(event)) throw new Error(event.message);
    state = decideEvent(load, state, event, { arrivedMs: timeMs, partitionKey: 'a' }).state;
  }
  const record = encodeRecord(stateGroupOf(load), windowRecord(load, [['meter', 'a']], state));
  if (isRefusal(record)) throw new Error(record.message);
  const values = new Map([...record.values, ...Object.entries(changes)]);
  store.online.set('t-load-v1/a', { groupName: 't-load-v1', entityKey: 'a', values, expiresAt: undefined });
  const clock = { nowMs: START };
  const server = createFeatureServer({
    definitions,
    catalogue: async () => ({ version: 1, groups: { load: { groupName: 't-load-v1' } } }) as never,
    reader: store.reader,
    waiting: { nowMs: () => clock.nowMs, sleep: async () => {}, random: () => 0.5 },
    auditKey: { id: 'k', secret: 's' },
  });
  const ask = async (meters: readonly string[], afterMinutes: number) => {
    clock.nowMs = START + afterMinutes * MINUTE;
    const request = parsePostRequest(definitions, 'now', JSON.stringify({ rows: meters.map((one) => ({ meter: one })) }));
    const { body, audit } = await server.serve(request, { requestId: 'r', caller: 'c' });
    const { rows } = JSON.parse(body) as { rows: { features: Record<string, { value: unknown; status: string }> }[] };
    return { rows: rows.map(({ features: { readings: n, most } }) => [n?.value, n?.status, most?.value, most?.status]), audit };
  };
  return { ask, store };
}

test('windows move on with the time of the answer, also from a record that is kept in memory', async () => {
  const { ask, store } = serverOver([0, 1, 2]);
  expect((await ask(['a', 'a'], 3)).rows).toEqual([
    [3, 'fresh', 2, 'fresh'],
    [3, 'fresh', 2, 'fresh'],
  ]);
  const later = await ask(['a'], 3.9);
  expect([later.rows, later.audit.cacheHits, later.audit.reads]).toEqual([[[3, 'fresh', 2, 'fresh']], 1, 0]);
  expect((await ask(['a'], 6)).rows).toEqual([[2, 'fresh', 2, 'fresh']]);
  const reads = store.calls.read;
  expect((await ask(['a'], 6.9)).rows).toEqual([[2, 'fresh', 2, 'fresh']]);
  expect((await ask(['a'], 6.99)).audit.statuses).toEqual({ fresh: 2 });
  expect(store.calls.read).toBe(reads);
  expect((await ask(['a'], 30)).rows).toEqual([[0, 'fresh', null, 'missing']]);
});

test('a step that ends between two answers from one record is seen by the second', async () => {
  const { ask, store } = serverOver([0, 1, 2]);
  expect((await ask(['a'], 5.5)).rows).toEqual([[3, 'fresh', 2, 'fresh']]);
  expect((await ask(['a'], 6)).rows).toEqual([[2, 'fresh', 2, 'fresh']]);
  expect(store.calls.read).toBe(1);
});

test('an entity that was never seen answers like one where nothing happens', async () => {
  expect((await serverOver([0]).ask(['never'], 1)).rows).toEqual([[0, 'fresh', null, 'missing']]);
});

test.each([
  { why: 'a clock so far behind that the state cannot answer exactly', changes: {} as Record<string, string>, afterMinutes: 2 },
  { why: 'a state that cannot be read', changes: { [WINDOW_STATE_FEATURE]: 'nonsense' }, afterMinutes: 10 },
])('$why fails the features, and never answers something near', async ({ changes, afterMinutes }) => {
  expect((await serverOver([0, 10], changes).ask(['a'], afterMinutes)).rows).toEqual([[null, 'failed', null, 'failed']]);
});
