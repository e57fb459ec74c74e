import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { type HistoryEvent, rebuildWindowState } from '@tidemark/domain';
import { athenaOnDuckDb, createEventTables, prepareForAthena, type SentEvent, windowScenario } from '@tidemark/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printAthena } from '../print-athena.ts';
import { bucketOf, planEventRows } from './plan-event-rows.ts';

const SEED = Number(process.env.FAST_CHECK_SEED ?? Math.trunc(Math.random() * 2 ** 31));
const BUCKETS = 7;

const asRow = (event: SentEvent): HistoryEvent => ({
  entityKey: event.entity,
  keyParts: [],
  id: event.id,
  eventTime: new Date(event.timeMs).toISOString(),
  timeMs: event.timeMs,
  values: event.values,
  arrivedMs: event.arrivedMs,
});

describe(`the rows that states are made again from (FAST_CHECK_SEED=${SEED})`, () => {
  let instance: DuckDBInstance;
  let connection: DuckDBConnection;
  beforeAll(async () => {
    instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    connection = await instance.connect();
    await prepareForAthena(connection);
  });
  afterAll(() => {
    connection.closeSync();
    instance.closeSync();
  });

  it('make the state that all rows make, each in the bucket of its entity', { timeout: 60_000 }, async () => {
    let leftOut = 0;
    await fc.assert(
      fc.asyncProperty(windowScenario, async ({ group, events, labels }) => {
        await createEventTables(connection, 'rows', group, { events, labels });
        const plan = {
          table: { database: 'rows', name: 'events' },
          partitioned: false,
          windowed: group.windowed,
          buckets: BUCKETS,
        };
        const text = athenaOnDuckDb(printAthena(planEventRows(plan)));
        const kept = (await connection.runAndReadAll(text)).getRowObjectsJS();
        leftOut += events.length - kept.length;
        for (const row of kept) expect(Number(row.bucket)).toBe(bucketOf(row.entity as string, BUCKETS));
        for (const [entity, all] of Map.groupBy(events, (event) => event.entity)) {
          const isKept = (event: SentEvent) =>
            kept.some(
              (row) => row.entity === entity && row.id === event.id && row.event_time === new Date(event.timeMs).toISOString(),
            );
          const [some, every] = [all.filter(isKept), all].map((rows) => rebuildWindowState(group, rows.map(asRow), 0));
          expect(some).toEqual(every);
        }
      }),
      { seed: SEED, numRuns: 40 },
    );
    expect(leftOut).toBeGreaterThan(0);
  });

  it('are those of the wanted buckets alone, and all from the wanted time on', async () => {
    const [scenario] = fc.sample(windowScenario, { seed: 7, numRuns: 1 });
    if (scenario === undefined) throw new Error('no scenario');
    const { group, events, labels } = scenario;
    await createEventTables(connection, 'chosen', group, { events, labels });
    const read = async (options: { only?: readonly number[]; fromMs?: number }) => {
      const plan = {
        table: { database: 'chosen', name: 'events' },
        partitioned: false,
        windowed: group.windowed,
        buckets: BUCKETS,
        ...options,
      };
      return (await connection.runAndReadAll(athenaOnDuckDb(printAthena(planEventRows(plan))))).getRowObjectsJS();
    };
    const whole = await read({ fromMs: Math.min(...events.map((event) => event.timeMs)) });
    expect(whole).toHaveLength(events.length);
    const own = bucketOf('A', BUCKETS);
    const some = await read({ only: [own], fromMs: Math.min(...events.map((event) => event.timeMs)) });
    expect(some).toHaveLength(events.filter((event) => bucketOf(event.entity, BUCKETS) === own).length);
    expect(some.length).toBeLessThan(whole.length);
  });
});
