import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import {
  athenaOnDuckDb,
  createEventTables,
  expectedWindowRows,
  prepareForAthena,
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

  // Eight streams a run.
  it('are at every time what the oracle says', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(windowScenario, async (scenario) => {
        await createEventTables(connection, 'win', scenario.group, scenario);
        const text = athenaOnDuckDb(printAthena(planPointInTime(windowPlanOf(scenario, 'win'))));
        const reader = await connection.runAndReadAll(`SELECT * FROM (${text}) ORDER BY label_row`);
        expect(reader.getRowObjectsJS().map(plain)).toEqual(expectedWindowRows(scenario));
      }),
      { seed: SEED, numRuns: 60 },
    );
  });
});

/** Counts and sums are 64-bit integers there. */
const plain = (row: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]));
