import { createHash } from 'node:crypto';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { athenaOnDuckDb, createScenarioTables, pointInTimeScenario, prepareForAthena, snapshotRecords } from '@tidemark/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { printAthena } from '../print-athena.ts';
import { PART_COLUMN, planSnapshotQuery } from './plan-snapshot-query.ts';

const SEED = Number(process.env.FAST_CHECK_SEED ?? Math.trunc(Math.random() * 2 ** 31));
const HOUR_S = 3_600n;
const BASE_S = BigInt(Date.UTC(2026, 1, 28, 23)) / 1_000n;

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

const question = fc.record({
  scenario: pointInTimeScenario,
  hours: fc.bigInt(0n, 6n),
  seconds: fc.constantFrom(-1n, 0n, 0n, 1n),
  ttlHours: fc.constantFrom(undefined, 1n, 2n, 48n),
  parts: fc.constantFrom(1, 2, 16, 64),
});

it(`the printed plan answers as the oracle does (FAST_CHECK_SEED=${SEED})`, { timeout: 240_000 }, async () => {
  let live = 0;
  await fc.assert(
    fc.asyncProperty(question, async ({ scenario, hours, seconds, ttlHours, parts }) => {
      await createScenarioTables(connection, 'snapshots', scenario);
      const [join] = scenario.joins;
      const features = Object.entries(join?.features ?? {});
      const asOfSecond = BASE_S + hours * HOUR_S + seconds;
      const ttlSeconds = ttlHours === undefined ? undefined : ttlHours * HOUR_S;
      const plan = planSnapshotQuery({
        table: { database: 'snapshots', name: 'j0' },
        columns: [
          { feature: 'entity_key', type: 'varchar' },
          { feature: 'event_time', type: 'varchar' },
          ...features.map(([feature, type]) => ({ feature, type })),
        ],
        asOfSecond,
        ttlSeconds,
        parts,
      });
      const reader = await connection.runAndReadAll(athenaOnDuckDb(printAthena(plan)));
      const rows = reader.getRowObjectsJS();
      const expected = snapshotRecords(join?.history ?? [], {
        asOfMs: Number(asOfSecond) * 1_000,
        ttlNs: ttlSeconds === undefined ? undefined : ttlSeconds * 1_000_000_000n,
        features: features.map(([name]) => name),
      });
      live += expected.size;
      const byKey = (a: { entity_key?: unknown }, b: { entity_key?: unknown }) =>
        String(a.entity_key) < String(b.entity_key) ? -1 : 1;
      expect(rows.toSorted(byKey)).toEqual(
        [...expected.values()]
          .map(({ key, eventTime, values }) => ({
            entity_key: key,
            event_time: eventTime,
            ...values,
            [PART_COLUMN]: String(
              Math.floor(Number.parseInt(createHash('md5').update(key).digest('hex').slice(0, 2), 16) / (256 / parts)),
            ),
          }))
          .toSorted(byKey),
      );
    }),
    { seed: SEED, numRuns: 300 },
  );
  expect(live).toBeGreaterThan(100);
});
