import {
  defineEntity,
  defineFeatureStore,
  defineGroup,
  defineView,
  fractional,
  integral,
  integral64,
  join,
  text,
} from '@tidemark/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FeatureReader, OnlineRecord } from '../ports/feature-store.ts';
import { createFeatureServer } from './serve-features.ts';
import { parsePostRequest } from './serve-request.ts';

const place = defineEntity({ name: 'place', key: { place: 'string' } });
const trip = defineEntity({ name: 'trip', key: { from: 'string', to: 'string' } });
const weather = defineGroup({
  name: 'weather',
  entity: place,
  ttl: '1h',
  freshFor: '10m',
  features: { wind: fractional(), sky: text(), stations: integral() },
});
const trips = defineGroup({ name: 'trips', entity: trip, features: { count: integral64() } });

const joins = [
  join(weather, { key: { place: 'from' }, select: { from_wind: 'wind', from_sky: 'sky' } }),
  join(weather, { key: { place: 'to' }, select: { to_wind: 'wind' } }),
  join(trips, { key: { from: 'from', to: 'to' }, select: { trips: 'count' } }),
] as const;
const windiest = {
  type: fractional(),
  compute: ({ features }: { features: { from_wind: number | null; to_wind: number | null } }) =>
    features.from_wind === null || features.to_wind === null ? null : Math.max(features.from_wind, features.to_wind),
};
const keys = { from: 'string', to: 'string' } as const;
const definitions = defineFeatureStore({
  groups: [weather, trips],
  sources: [],
  views: [
    defineView({ name: 'always-read', keys, joins, requestFeatures: { windiest } as never }),
    defineView({ name: 'remembered', keys, joins, requestFeatures: { windiest } as never, maxStaleness: '30s' }),
    defineView({
      name: 'other-features',
      keys: { from: 'string' },
      maxStaleness: '30s',
      joins: [join(weather, { key: { place: 'from' }, select: { stations: 'stations' } })],
    }),
  ],
});

const MINUTE = 60_000;
const START = Date.parse('2026-01-31T09:00:00Z');
const entryOf = (group: string) => ({ group, version: 1, groupName: `t-${group}-v1` });
const catalogue = { version: 1, groups: { weather: entryOf('weather'), trips: entryOf('trips') } } as never;

/** A store in memory, and a server over it whose clock the test moves. */
function serverOver(
  stored: Readonly<Record<string, Readonly<Record<string, string>>>>,
  failing: ReadonlySet<string> = new Set(),
) {
  const clock = { nowMs: START };
  const calls: number[] = [];
  const reader: FeatureReader = {
    async read(requests) {
      const ids = requests.flatMap(({ groupName, entityKeys }) => entityKeys.map((entityKey) => ({ groupName, entityKey })));
      calls.push(ids.length);
      return {
        records: ids.flatMap(({ groupName, entityKey }): OnlineRecord[] => {
          const values = stored[`${groupName}/${entityKey}`];
          return values === undefined || failing.has(entityKey)
            ? []
            : [{ groupName, entityKey, values: new Map(Object.entries(values)), expiresAt: undefined }];
        }),
        unprocessed: [],
        refused: ids.filter(({ entityKey }) => failing.has(entityKey)).map((one) => ({ ...one, code: 'InternalFailure' })),
      };
    },
  };
  const waiting = { nowMs: () => clock.nowMs, sleep: async () => {}, random: () => 0.5 };
  const server = createFeatureServer({
    definitions,
    catalogue: async () => catalogue,
    reader,
    waiting,
    auditKey: { id: 'k', secret: 's' },
  });
  const ask = async (view: string, body: object) => {
    const { body: answer, audit } = await server.serve(parsePostRequest(definitions, view, JSON.stringify(body)), {
      requestId: 'r',
      caller: 'c',
    });
    return {
      answer: JSON.parse(answer) as {
        rows: { entity: object; features: Record<string, { value: unknown; eventTime: string | null; status: string }> }[];
      },
      text: answer,
      audit,
    };
  };
  return { ask, calls, clock };
}

const at = (ageMs: number) => new Date(START - ageMs).toISOString();

const record = fc.record({
  age: fc.constantFrom(0, 9 * MINUTE, 10 * MINUTE + 1, 59 * MINUTE, 60 * MINUTE),
  wind: fc.option(fc.constantFrom('1.5', '-0', '30', 'strong')),
  sky: fc.option(fc.string()),
});
const places = fc.dictionary(fc.constantFrom('A', 'B', 'C'), record);
const rows = fc.array(fc.record({ from: fc.constantFrom('A', 'B', 'C', 'D'), to: fc.constantFrom('A', 'B', 'C', 'D') }), {
  minLength: 1,
  maxLength: 12,
});

test('every row holds what its own records say: the first read, a repetition from memory, any choice of features', async () => {
  await fc.assert(
    fc.asyncProperty(places, rows, fc.subarray(['from_wind', 'from_sky', 'to_wind', 'windiest']), async (known, asked, some) => {
      const stored = Object.fromEntries(
        Object.entries(known).map(([name, { age, wind, sky }]) => [
          `t-weather-v1/${name}`,
          { event_time: at(age), ...(wind === null ? {} : { wind }), ...(sky === null ? {} : { sky }) },
        ]),
      );
      const expectedOf = (name: string, feature: 'wind' | 'sky') => {
        const found = known[name];
        if (found === undefined) return { value: null, eventTime: null, status: 'missing' };
        const eventTime = at(found.age);
        if (found.age >= 60 * MINUTE) return { value: null, eventTime, status: 'expired' };
        const written = found[feature];
        if (written === null) return { value: null, eventTime, status: 'missing' };
        if (written === 'strong' && feature === 'wind') return { value: null, eventTime, status: 'failed' };
        // JSON knows no −0.
        return {
          value: feature === 'sky' ? written : Number(written) + 0,
          eventTime,
          status: found.age > 10 * MINUTE ? 'stale' : 'fresh',
        };
      };
      const { ask } = serverOver(stored);
      for (const [view, features] of [['always-read'], ['remembered'], ['remembered'], ['remembered', some]] as const) {
        const { answer, audit } = await ask(view, features === undefined ? { rows: asked } : { rows: asked, features });
        const counts: Record<string, number> = {};
        asked.forEach((row, place) => {
          const [from, to] = [expectedOf(row.from, 'wind'), expectedOf(row.to, 'wind')];
          const most = from.value === null || to.value === null ? null : Math.max(from.value as number, to.value as number);
          const all = {
            from_wind: from,
            from_sky: expectedOf(row.from, 'sky'),
            to_wind: to,
            trips: { value: null, eventTime: null, status: 'missing' },
            windiest: { value: most, eventTime: at(0), status: most === null ? 'missing' : 'fresh' },
          };
          const expected = Object.fromEntries(Object.entries(all).filter(([name]) => features?.includes(name) ?? true));
          expect(answer.rows[place]).toEqual({ entity: row, features: expected });
          for (const { status } of Object.values(expected)) counts[status] = (counts[status] ?? 0) + 1;
        });
        expect(audit.statuses).toEqual(counts);
      }
    }),
  );
});

const stored = {
  't-weather-v1/A': { event_time: at(0), wind: '1', sky: 'clear', stations: '3' },
  't-trips-v1/A|A': { event_time: at(0), count: '9007199254740993' },
};
const row = { from: 'A', to: 'A' };

test('each distinct record is read once a request, and not again while the view allows', async () => {
  const { ask, calls, clock } = serverOver(stored);
  await ask('remembered', { rows: [row, row, row] });
  expect(calls).toEqual([2]);
  clock.nowMs += 29_999;
  expect((await ask('remembered', { rows: [row] })).audit).toMatchObject({ cacheHits: 2, reads: 0 });
  clock.nowMs += 1;
  expect((await ask('remembered', { rows: [row] })).audit).toMatchObject({ cacheHits: 0, reads: 2 });
  await ask('always-read', { rows: [row] });
  expect(calls).toEqual([2, 2, 2]);
});

test('a remembered record grows stale and expires like any other', async () => {
  const { ask, clock } = serverOver({ 't-weather-v1/A': { event_time: at(60 * MINUTE - 20_000), wind: '1' } });
  const statusNow = async () => (await ask('remembered', { rows: [row] })).answer.rows[0]?.features.from_wind?.status;
  expect(await statusNow()).toBe('stale');
  clock.nowMs += 20_000;
  expect(await statusNow()).toBe('expired');
});

test('requests at the same time share one read', async () => {
  const { ask, calls } = serverOver(stored);
  const answers = await Promise.all([ask('remembered', { rows: [row] }), ask('remembered', { rows: [row] })]);
  expect(calls).toEqual([2]);
  expect(answers[1]?.answer.rows).toEqual(answers[0]?.answer.rows);
});

test('a view does not take a record that another view has read for other features', async () => {
  const { ask } = serverOver(stored);
  await ask('remembered', { rows: [row] });
  const { answer } = await ask('other-features', { rows: [{ from: 'A' }] });
  expect(answer.rows[0]?.features.stations).toMatchObject({ value: 3, status: 'fresh' });
});

test('64-bit integers are printed digit by digit', async () => {
  const { text: body } = await serverOver(stored).ask('always-read', { rows: [row] });
  expect(body).toContain('"trips":{"value":9007199254740993,');
});

test('a record that cannot be read fails its own features only, and is not remembered', async () => {
  const failing = new Set(['A']);
  const { ask } = serverOver({ ...stored, 't-weather-v1/B': { event_time: at(0), wind: '2' } }, failing);
  const mixed = { rows: [{ from: 'A', to: 'B' }] };
  const first = (await ask('remembered', mixed)).answer.rows[0]?.features;
  expect([first?.from_wind?.status, first?.to_wind?.status, first?.windiest?.status]).toEqual(['failed', 'fresh', 'missing']);
  failing.clear();
  expect((await ask('remembered', mixed)).answer.rows[0]?.features.from_wind?.status).toBe('fresh');
});

test('the audit line counts rows and names no entity key', async () => {
  const { audit } = await serverOver(stored).ask('remembered', { rows: [row, { from: 'B', to: 'A' }] });
  expect(audit).toMatchObject({ rows: 2, view: 'remembered', requestId: 'r', caller: 'c', keyId: 'k', reads: 4 });
  expect(audit.entities).toHaveLength(4);
  expect(JSON.stringify(audit.entities)).not.toMatch(/"[AB](\|[AB])?"/);
});
