import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printExpression } from '../print-expression.ts';
import { operation } from '../tree.ts';
import { hourBounds } from './history.ts';
import { partitionOf } from './read-range.ts';

const SEED = Number(process.env.FAST_CHECK_SEED ?? Math.trunc(Math.random() * 2 ** 31));
const FIRST_SECOND = Date.UTC(2001, 1, 28, 22) / 1_000;
const HOURS = 6;
const second = fc.integer({ min: FIRST_SECOND, max: FIRST_SECOND + HOURS * 3_600 - 1 });
/** The last and the first second of an hour more often than chance would have them. */
const edged = fc.oneof(
  second,
  second.map((one) => one - (one % 3_600)),
  second.map((one) => one - (one % 3_600) + 3_599),
);
const fractions = fc.oneof(
  fc.constant(''),
  fc.integer({ min: 1, max: 9 }).chain((digits) => fc.constantFrom('0', '5', '9').map((digit) => `.${digit.repeat(digits)}`)),
);
const scenario = fc.record({
  times: fc.array(fc.tuple(edged, fractions), { minLength: 1, maxLength: 20 }),
  from: fc.option(
    edged.map((one) => one - (one % 3_600)),
    { nil: undefined },
  ),
  to: edged,
});

describe(`the hours of a range (FAST_CHECK_SEED=${SEED})`, () => {
  let instance: DuckDBInstance;
  let connection: DuckDBConnection;
  beforeAll(async () => {
    instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    connection = await instance.connect();
  });
  afterAll(() => {
    connection.closeSync();
    instance.closeSync();
  });

  it('hold the same rows as text of the event time and as partition columns', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ times, from, to }) => {
        const rows = times.map(([at, fraction]) => {
          const { year, month, day, hour } = partitionOf(BigInt(at));
          return `('${new Date(at * 1_000).toISOString().slice(0, 19)}${fraction}Z', '${year}', '${month}', '${day}', '${hour}')`;
        });
        const range = { fromSecond: from === undefined ? undefined : BigInt(from), toSecond: BigInt(to) };
        const kept = async (partitioned: boolean) => {
          const where = hourBounds(range, partitioned).reduce((one, other) => operation('AND', one, other));
          const reader = await connection.runAndReadAll(
            `SELECT event_time FROM (VALUES ${rows.join(', ')}) AS h(event_time, year, month, day, hour) WHERE ${printExpression(where, '')} ORDER BY 1`,
          );
          return reader.getRowsJS();
        };
        expect(await kept(false)).toEqual(await kept(true));
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});
