import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import {
  athenaOnDuckDb,
  createScenarioTables,
  expectedRows,
  planOf,
  pointInTimeScenario,
  prepareForAthena,
  type ResultRow,
  type Scenario,
} from '@tidemark/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printAthena } from '../print-athena.ts';
import { planPointInTime } from './plan-point-in-time.ts';

const SEED = Number(process.env.FAST_CHECK_SEED ?? Math.trunc(Math.random() * 2 ** 31));

describe(`the printed plan on DuckDB (FAST_CHECK_SEED=${SEED})`, () => {
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

  async function answer(scenario: Scenario, schema = 'pit'): Promise<ResultRow[]> {
    await createScenarioTables(connection, schema, scenario);
    const text = athenaOnDuckDb(printAthena(planPointInTime(planOf(scenario, schema))));
    const reader = await connection.runAndReadAll(`SELECT * FROM (${text}) ORDER BY label_row`);
    return reader.getRowObjectsJS() as ResultRow[];
  }

  it('answers every label as the oracle does', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(pointInTimeScenario, async (scenario) => {
        expect(await answer(scenario)).toEqual(expectedRows(scenario));
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('answers the same whatever the order in which rows are stored, and however often', { timeout: 240_000 }, async () => {
    const restored = pointInTimeScenario.chain((scenario) =>
      fc.tuple(...scenario.joins.map(({ history }) => fc.tuple(shuffled(history), fc.subarray([...history])))).map((stores) => ({
        scenario,
        restored: { ...scenario, joins: scenario.joins.map((join, at) => ({ ...join, history: stores[at]?.flat() ?? [] })) },
      })),
    );
    await fc.assert(
      fc.asyncProperty(restored, async (one) => {
        expect(await answer(one.restored, 'restored')).toEqual(await answer(one.scenario));
      }),
      { seed: SEED, numRuns: 100 },
    );
  });
});

const shuffled = <Row>(rows: readonly Row[]): fc.Arbitrary<Row[]> => fc.shuffledSubarray([...rows], { minLength: rows.length });
