import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { athenaOnDuckDb, prepareForAthena } from '@tidemark/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printAthena } from '../print-athena.ts';
import { type NewestRowsPlan, planNewestRows, sampleHashOf } from './plan-newest-rows.ts';

const SEED = Number(process.env.FAST_CHECK_SEED ?? Math.trunc(Math.random() * 2 ** 31));
const BASE_MS = Date.UTC(2026, 0, 10, 12);
const SECOND_MS = 1_000;

interface Row {
  readonly key: string;
  readonly event: number;
  readonly arrived: number;
  readonly deleted: boolean;
  readonly value: number | null;
}

const row = fc.record<Row>({
  key: fc.constantFrom('A', 'B', 'C|1', 'D', 'E'),
  event: fc.integer({ min: 0, max: 12 }),
  arrived: fc.integer({ min: 0, max: 12 }),
  deleted: fc.boolean(),
  value: fc.option(fc.integer({ min: 0, max: 3 })),
});
const scenario = fc.record({
  rows: fc.array(row, { maxLength: 25 }),
  settled: fc.integer({ min: -1, max: 13 }),
  tolerance: fc.integer({ min: 0, max: 5 }),
  entities: fc.integer({ min: 1, max: 6 }),
  from: fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined }),
  seed: fc.constantFrom('run-1', 'run-2'),
});

const timeMs = (second: number) => BASE_MS + second * SECOND_MS;
const plan = (one: Omit<NewestRowsPlan, 'unit' | 'table' | 'partitioned' | 'columns'>): NewestRowsPlan => ({
  unit: 'ms',
  table: { database: 'main', name: 'history' },
  partitioned: false,
  columns: [{ feature: 'value', type: 'bigint' }],
  ...one,
});

describe(`the newest rows of sampled entities (FAST_CHECK_SEED=${SEED})`, () => {
  let instance: DuckDBInstance;
  let connection: DuckDBConnection;
  beforeAll(async () => {
    instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    connection = await instance.connect();
    await prepareForAthena(connection);
    await connection.run(
      'CREATE TABLE history (entity_key VARCHAR, event_time VARCHAR, api_invocation_time TIMESTAMP, write_time TIMESTAMP, is_deleted BOOLEAN, value BIGINT)',
    );
  });
  afterAll(() => {
    connection.closeSync();
    instance.closeSync();
  });

  async function store(rows: readonly Row[]): Promise<void> {
    await connection.run('DELETE FROM history');
    for (const { key, event, arrived, deleted, value } of rows) {
      const at = new Date(timeMs(arrived)).toISOString().slice(0, -1);
      await connection.run(
        `INSERT INTO history VALUES ('${key}', '${new Date(timeMs(event)).toISOString()}', TIMESTAMP '${at}', TIMESTAMP '${at}', ${deleted}, ${value})`,
      );
    }
  }

  const read = async (one: NewestRowsPlan) =>
    (await connection.runAndReadAll(athenaOnDuckDb(printAthena(planNewestRows(one))))).getRowObjectsJS();

  it('are those that loops find', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ rows, settled, tolerance, entities, from, seed }) => {
        await store(rows);
        const found = await read(
          plan({
            // A range begins with its hour: the whole of it is read.
            from: from === undefined ? undefined : BigInt(timeMs(from)),
            to: BigInt(timeMs(10)),
            settledAtMs: timeMs(settled),
            toleranceMs: tolerance * SECOND_MS,
            seed,
            entities,
          }),
        );
        const inRange = rows.filter(({ event }) => event <= 10);
        const sampled = [...new Set(inRange.map(({ key }) => key))]
          .sort((a, b) => (sampleHashOf(seed, a) < sampleHashOf(seed, b) ? -1 : 1))
          .slice(0, entities);
        const expected = inRange.filter((one) => {
          if (!sampled.includes(one.key)) return false;
          const settledEvents = inRange
            .filter(({ key, arrived }) => key === one.key && arrived <= settled)
            .map(({ event }) => event);
          return one.event >= Math.max(-1, ...settledEvents) || one.event > one.arrived + tolerance;
        });
        const text = (cells: readonly unknown[]) => cells.map(String).join();
        expect(found.map((one) => text([one.k, one.t, one.arrived, one.deleted, one.f1, one.sample_hash])).sort()).toEqual(
          expected
            .map((one) =>
              text([one.key, timeMs(one.event), timeMs(one.arrived), one.deleted, one.value, sampleHashOf(seed, one.key)]),
            )
            .sort(),
        );
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it('name no entity in the text of the query', () => {
    const text = printAthena(
      planNewestRows(plan({ from: 0n, to: 10n, settledAtMs: 0, toleranceMs: 0, seed: 'run-1', entities: 5 })),
    );
    expect(text).toContain("'run-1:'");
    expect(text).toMatch(/dense_rank\(\) OVER \(ORDER BY sample_hash, k\)/);
  });
});
