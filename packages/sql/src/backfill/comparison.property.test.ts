/** The printed comparison on DuckDB against the same judgement written as loops. */
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { athenaOnDuckDb, prepareForAthena } from '@tidemark/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printAthena } from '../print-athena.ts';
import { CANDIDATE_STATE } from './comparison.ts';
import { planComparison } from './plan-comparison.ts';

const SEED = Number(process.env.FAST_CHECK_SEED ?? Math.trunc(Math.random() * 2 ** 31));
const START_MS = Date.UTC(2026, 0, 1, 9);

interface Content {
  readonly n: bigint | null;
  readonly x: number | null;
  readonly name: string | null;
}
interface HistoryRow extends Content {
  readonly key: string;
  readonly t: number;
  readonly arrived: number;
  readonly deleted: boolean | null;
}

/** As people write one instant: with and without the digits that are zero. */
const written = (t: number, short: boolean) => {
  const iso = new Date(START_MS + t * 500).toISOString();
  return short ? iso.replace('.000Z', 'Z').replace('.500Z', '.5Z') : iso;
};
const isoOf = (at: number) => new Date(START_MS + at * 1_000).toISOString().slice(0, 19).replace('T', ' ');

const content = {
  n: fc.constantFrom(null, 0n, 1n),
  x: fc.constantFrom(null, 0, 0.1),
  name: fc.constantFrom(null, '', 'ü,1'),
};
const key = fc.constantFrom('a', 'b');
const scenario = fc.record({
  history: fc.array(
    fc.record({
      ...content,
      key,
      t: fc.integer({ min: 0, max: 12 }),
      arrived: fc.integer({ min: 0, max: 3 }),
      deleted: fc.constantFrom(null, false, false, true),
    }),
    { maxLength: 14 },
  ),
  candidates: fc.array(fc.record({ ...content, key, t: fc.integer({ min: 0, max: 5 }) }), { minLength: 1, maxLength: 8 }),
  short: fc.boolean(),
});
interface Scenario {
  readonly history: readonly HistoryRow[];
  readonly candidates: readonly (Content & Pick<HistoryRow, 'key' | 't'>)[];
  readonly short: boolean;
}

const textOf = ({ n, x, name }: Content) => JSON.stringify([n === null ? null : String(n), x, name]);

/** What each candidate is, in their order. Histories in which only the last resort could choose are not asked about. */
function judge({ history, candidates }: Scenario) {
  return candidates.map((one, ordinal) => {
    const superseded = candidates.some((other, at) => at > ordinal && other.key === one.key && other.t === one.t);
    const same = history.filter((row) => row.key === one.key && row.t === one.t);
    const held = same.reduce<HistoryRow | undefined>(
      (best, row) => (best && best.arrived >= row.arrived ? best : row),
      undefined,
    );
    const state = superseded
      ? CANDIDATE_STATE.superseded
      : held === undefined
        ? CANDIDATE_STATE.absent
        : held.deleted === true || textOf(held) === textOf(one)
          ? CANDIDATE_STATE.unchanged
          : CANDIDATE_STATE.changed;
    const latest = Math.max(...candidates.map(({ t }) => t));
    // Of what lies after the candidates only deletions are asked for.
    const known = [
      ...candidates,
      ...history.filter(({ t, deleted }) => t <= latest || (deleted === true && secondOf(t) > secondOf(latest))),
      ...history.filter(({ t }) => t > latest && secondOf(t) === secondOf(latest)),
    ].filter((row) => row.key === one.key);
    const newest = Math.max(...known.map(({ t }) => t)) === one.t;
    return state >= CANDIDATE_STATE.absent
      ? { state, newest, key: one.key, t: one.t, content: textOf(one) }
      : { state, newest, key: null, t: null, content: textOf({ n: null, x: null, name: null }) };
  });
}
const secondOf = (t: number) => Math.floor(t / 2);

const isTied = ({ history }: Scenario) =>
  history.some((one) =>
    history.some(
      (other) =>
        one.key === other.key &&
        one.t === other.t &&
        one.arrived === other.arrived &&
        (textOf(one) !== textOf(other) || (one.deleted ?? false) !== (other.deleted ?? false)),
    ),
  );

describe(`the printed comparison on DuckDB (FAST_CHECK_SEED=${SEED})`, () => {
  let instance: DuckDBInstance;
  let connection: DuckDBConnection;
  beforeAll(async () => {
    instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    connection = await instance.connect();
    await prepareForAthena(connection);
    await connection.run('CREATE SCHEMA b');
  });
  afterAll(() => {
    connection.closeSync();
    instance.closeSync();
  });

  const cell = (value: unknown) => (value === null ? 'NULL' : typeof value === 'string' ? `'${value}'` : String(value));
  async function createTables({ history, candidates, short }: Scenario): Promise<void> {
    const values = ({ n, x, name }: Content) => [n, x, name].map(cell).join(', ');
    await connection.run(
      'CREATE OR REPLACE TABLE b.history (entity_key VARCHAR, event_time VARCHAR, n BIGINT, x DOUBLE, name VARCHAR, write_time TIMESTAMP, api_invocation_time TIMESTAMP, is_deleted BOOLEAN, year VARCHAR, month VARCHAR, day VARCHAR, hour VARCHAR)',
    );
    for (const [at, row] of history.entries())
      await connection.run(
        `INSERT INTO b.history VALUES ('${row.key}', '${written(row.t, short)}', ${values(row)}, '${isoOf(row.arrived + 60)}', '${isoOf(row.arrived)}', ${cell(row.deleted === null && at % 2 === 0 ? null : row.deleted === true)}, '2026', '01', '01', '09')`,
      );
    await connection.run(
      'CREATE OR REPLACE TABLE b.candidates (entity_key VARCHAR, event_time VARCHAR, t BIGINT, ordinal BIGINT, f1 BIGINT, f2 DOUBLE, f3 VARCHAR)',
    );
    for (const [ordinal, row] of candidates.entries())
      await connection.run(
        `INSERT INTO b.candidates VALUES ('${row.key}', '${written(row.t, !short)}', ${START_MS + row.t * 500}, ${ordinal}, ${values(row)})`,
      );
  }

  async function answer(one: Scenario, partitioned = true) {
    await createTables(one);
    const times = one.candidates.map(({ t }) => BigInt(START_MS + t * 500)).sort((a, b) => Number(a - b));
    const query = planComparison({
      unit: 'ms',
      candidates: {
        table: { database: 'b', name: 'candidates' },
        earliest: times[0] as bigint,
        latest: times.at(-1) as bigint,
      },
      history: { table: { database: 'b', name: 'history' }, partitioned },
      wholeHistory: { database: 'b', name: 'history' },
      columns: [
        { feature: 'n', type: 'bigint' },
        { feature: 'x', type: 'double' },
        { feature: 'name', type: 'varchar' },
      ],
      buckets: 3,
    });
    const reader = await connection.runAndReadAll(athenaOnDuckDb(printAthena(query)));
    return (reader.getRowObjectsJS() as Record<string, unknown>[]).map((row) => ({
      state: Number(row.state),
      newest: row.newest,
      key: row.entity_key,
      t: row.t === null ? null : (Number(row.t) - START_MS) / 500,
      content: textOf({ n: row.f1 as bigint, x: row.f2 as number, name: row.f3 as string }),
      bucket: row.bucket,
    }));
  }

  it('judges every candidate as the loops do, and leaves no other row', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        scenario.filter((one) => !isTied(one)),
        async (one) => {
          const found = await answer(one);
          expect(await answer(one, false)).toEqual(found);
          const order = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort();
          expect(order(found.map(({ bucket: _, ...row }) => row))).toEqual(order(judge(one)));
          for (const { bucket } of found) expect(['0', '1', '2']).toContain(bucket);
        },
      ),
      { seed: SEED, numRuns: 150 },
    );
  });

  it('finds nothing to write once the history holds what it answered', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (one) => {
        const written = (await answer(one)).filter(({ state }) => state >= CANDIDATE_STATE.absent);
        const arrived = 9;
        const history = written.map((row): HistoryRow => {
          const [n, x, name] = JSON.parse(row.content) as [string | null, number | null, string | null];
          return {
            key: row.key as string,
            t: row.t as number,
            arrived,
            deleted: false,
            n: n === null ? null : BigInt(n),
            x,
            name,
          };
        });
        const again = await answer({ ...one, history: [...one.history, ...history] });
        expect(again.filter(({ state }) => state >= CANDIDATE_STATE.absent)).toEqual([]);
      }),
      { seed: SEED, numRuns: 50 },
    );
  });
});
