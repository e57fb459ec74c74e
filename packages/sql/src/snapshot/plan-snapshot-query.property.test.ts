import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import {
  athenaOnDuckDb,
  byEntityKey,
  createScenarioTables,
  expectedSnapshot,
  pointInTimeScenario,
  prepareForAthena,
  snapshotCase,
  snapshotQueryOf,
} from '@tidemark/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { printAthena } from '../print-athena.ts';
import { planSnapshotQuery } from './plan-snapshot-query.ts';

const SEED = Number(process.env.FAST_CHECK_SEED ?? Math.trunc(Math.random() * 2 ** 31));

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

it(`the printed plan answers as the oracle does (FAST_CHECK_SEED=${SEED})`, { timeout: 240_000 }, async () => {
  let live = 0;
  await fc.assert(
    fc.asyncProperty(pointInTimeScenario, snapshotCase, async (scenario, asked) => {
      await createScenarioTables(connection, 'snapshots', scenario);
      const text = printAthena(planSnapshotQuery(snapshotQueryOf(scenario, 'snapshots', asked)));
      const reader = await connection.runAndReadAll(athenaOnDuckDb(text));
      const expected = expectedSnapshot(scenario, asked);
      live += expected.length;
      expect(byEntityKey(reader.getRowObjectsJS())).toEqual(expected);
    }),
    { seed: SEED, numRuns: 300 },
  );
  expect(live).toBeGreaterThan(100);
});
