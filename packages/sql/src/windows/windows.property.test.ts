import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import {
  athenaOnDuckDb,
  createEventTables,
  expectedWindowRows,
  prepareForAthena,
  type WindowScenario,
  windowedGroups,
  windowPlanOf,
  windowScenario,
} from '@tidemark/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planPointInTime } from '../point-in-time/plan-point-in-time.ts';
import { printAthena } from '../print-athena.ts';

const SEED = Number(process.env.FAST_CHECK_SEED ?? Math.trunc(Math.random() * 2 ** 31));

describe(`windows in the printed plan on DuckDB (FAST_CHECK_SEED=${SEED})`, () => {
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

  async function answer(scenario: WindowScenario): Promise<Record<string, unknown>[]> {
    await createEventTables(connection, 'win', scenario.group, scenario);
    const text = athenaOnDuckDb(printAthena(planPointInTime(windowPlanOf(scenario, 'win'))));
    const reader = await connection.runAndReadAll(`SELECT * FROM (${text}) ORDER BY label_row`);
    return reader.getRowObjectsJS().map(plain);
  }

  // Eight streams a run.
  it('are at every time what the oracle says', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(windowScenario, async (scenario) => {
        expect(await answer(scenario)).toEqual(expectedWindowRows(scenario));
      }),
      { seed: SEED, numRuns: 125 },
    );
  });

  it.each(windowedGroups.map((group) => ({ boundary: group.windowed.boundary, group })))(
    'are so on every edge and a millisecond beside it ($boundary)',
    async ({ group }) => {
      // The same value enters at the very instants at which it leaves the spans of 3 s and 8 s, and between them.
      const seconds = [-9, -5, -1, 0, 1, 4, 8, 10, 14, 24];
      const values = { label: 'a', level: 1, price: 1, ratio: 1 };
      const events = seconds.map((second) => ({
        entity: 'A',
        id: `${second}`,
        timeMs: second * 1_000,
        arrivedMs: second * 1_000,
        values,
      }));
      const times = Array.from({ length: 50 }, (_, at) => BigInt(at - 12) * 1_000n).flatMap((edge) => [
        edge - 1n,
        edge,
        edge + 1n,
      ]);
      const labels = times.map((time, at) => ({ row: BigInt(at), time, key: 'A' }));
      const scenario: WindowScenario = { group, unit: 'ms', events, accepted: events, labels };
      expect(await answer(scenario)).toEqual(expectedWindowRows(scenario));
    },
  );
});

/** Counts and sums are 64-bit integers there. */
const plain = (row: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]));
