import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseQuery } from '../sql/parse-query.ts';
import { TokenStream } from '../sql/token-stream.ts';
import { compileQuery } from './compile.ts';

const SEED = Number(process.env.FAST_CHECK_SEED ?? Math.trunc(Math.random() * 2 ** 31));

interface Row {
  readonly k: string | null;
  readonly g: number;
  readonly o1: number | null;
  readonly o2: number;
  readonly isDeleted: boolean | null;
  readonly d1: number | null;
  readonly v1: string | null;
}

/** Small domains, so that keys, times and whole rows repeat; rows that tie in every sort key are equal. */
const row: fc.Arbitrary<Row> = fc.record({
  k: fc.constantFrom('a', 'b', null),
  g: fc.integer({ min: 0, max: 2 }),
  o1: fc.constantFrom(0, 1, 2, 3, null),
  o2: fc.integer({ min: 0, max: 1 }),
  isDeleted: fc.constantFrom(true, false, null),
  d1: fc.constantFrom(1.5, 2.5, null),
  v1: fc.constantFrom('x', 'y', null),
});
const tieBreaker = ({ g, isDeleted, d1, v1 }: Row) =>
  [g, isDeleted, d1, v1]
    .map(String)
    .reduce((hash, text) => (hash * 31 + text.length * 7 + (text.codePointAt(0) ?? 0)) % 1_000_003, 7);
const text = (value: string | number | boolean | null) =>
  value === null ? 'NULL' : typeof value === 'string' ? `'${value}'` : String(value);
const printed = (one: Row) =>
  `(CAST(${text(one.k)} AS varchar), ${one.g}, CAST(${text(one.o1)} AS bigint), BIGINT '${one.o2}', BIGINT '${tieBreaker(one)}', CAST(${text(one.isDeleted)} AS boolean), CAST(${text(one.d1)} AS double), CAST(${text(one.v1)} AS varchar))`;

const ORDER = 'o1, o2, o3';
const carriedText = (
  rows: readonly Row[],
  order = ORDER,
  { frame = 'ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW', by = 'k', extra = '' } = {},
) => `
WITH s AS (SELECT * FROM (VALUES ${rows.map(printed).join(', ')}) AS v(k, g, o1, o2, o3, del, d1, v1)),
p AS (SELECT *, row_number() OVER (PARTITION BY k ORDER BY ${order}) AS rn, o3 > min(o3) OVER (PARTITION BY k, g, o1, o2) AS tied FROM s),
c AS (SELECT k, g, o1, o2, o3,${[1, 2].map(
  (g) => `
  max(CASE WHEN g = ${g} THEN o1 END) OVER w AS e${g}, max_by(del, CASE WHEN g = ${g} THEN rn END) OVER w AS x${g}, max_by(tied, CASE WHEN g = ${g} THEN rn END) OVER w AS t${g},
  max_by(d1, CASE WHEN g = ${g} THEN rn END) OVER w AS d${g}, max_by(v1, if(g = ${g}, rn)) OVER w AS v${g}`,
)}${extra}
  FROM p WINDOW w AS (PARTITION BY ${by} ORDER BY ${order} ${frame}))
SELECT k, g, o1, o2, o3, e1, x1, t1, d1, v1, e2, x2, t2, d2, v2 FROM c`;

const compile = (query: string, optimise: boolean) =>
  compileQuery(
    parseQuery(new TokenStream(query)),
    () => {
      throw new Error('no tables here');
    },
    { nowMs: 0, optimise },
  ).sql;

describe(`carrying values forward (FAST_CHECK_SEED=${SEED})`, () => {
  let instance: DuckDBInstance;
  let connection: DuckDBConnection;
  beforeAll(async () => {
    instance = await DuckDBInstance.create(':memory:', { threads: '2' });
    connection = await instance.connect();
  });
  afterAll(() => {
    connection.closeSync();
    instance.closeSync();
  });
  const answer = async (sql: string) => (await connection.runAndReadAll(`SELECT * FROM (${sql}) ORDER BY ALL`)).getRowsJson();

  it('gives the rows of the text word for word', { timeout: 120_000 }, async () => {
    const orders = fc.constantFrom(ORDER, 'o1 DESC, o2, o3', 'o1 NULLS FIRST, o2, o3 DESC');
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 25 }), orders, async (rows, order) => {
        const query = carriedText(rows, order);
        const optimised = compile(query, true);
        expect(optimised).toContain('last_value(CASE WHEN');
        expect(optimised).not.toContain('row_number');
        expect(await answer(optimised)).toEqual(await answer(compile(query, false)));
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  const some: Row[] = [
    { k: 'a', g: 1, o1: 1, o2: 0, isDeleted: false, d1: 1.5, v1: 'x' },
    { k: 'a', g: 1, o1: 2, o2: 0, isDeleted: true, d1: null, v1: null },
    { k: 'a', g: 0, o1: 2, o2: 1, isDeleted: null, d1: null, v1: null },
    { k: 'b', g: 2, o1: 0, o2: 0, isDeleted: false, d1: 2.5, v1: 'y' },
    { k: 'b', g: 0, o1: 3, o2: 1, isDeleted: null, d1: null, v1: null },
  ];

  it('takes one struct for each group of rows, and keeps a row number that something else reads', async () => {
    const sql = compile(carriedText(some), true);
    expect(sql.match(/AS carried\d/g)).toEqual(['AS carried0', 'AS carried1']);
    expect(sql).not.toContain('arg_max_null');
    const read = compile(carriedText(some, ORDER, { extra: ', rn AS number' }), true);
    expect(read).toContain('row_number');
    expect(read).toContain('AS carried1');
  });

  it.each([
    {
      why: 'the frame takes in rows that tie',
      query: carriedText(some, ORDER, { frame: 'RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW' }),
    },
    {
      why: 'the frame ends elsewhere',
      query: carriedText(some, ORDER, { frame: 'ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING' }),
    },
    { why: 'the window has another partition', query: carriedText(some, ORDER, { by: 'k, g' }) },
    {
      why: 'the window runs in another order',
      query: carriedText(some).replace(`PARTITION BY k ORDER BY ${ORDER} ROWS`, 'PARTITION BY k ORDER BY o2, o1, o3 ROWS'),
    },
    {
      why: 'the window runs backwards',
      query: carriedText(some).replace(`PARTITION BY k ORDER BY ${ORDER} ROWS`, 'PARTITION BY k ORDER BY o1 DESC, o2, o3 ROWS'),
    },
    { why: 'the numbering is a rank', query: carriedText(some).replace('row_number() OVER', 'rank() OVER') },
    {
      why: 'a sort key is redefined',
      query: carriedText(some).replace(
        'SELECT *, row_number()',
        'SELECT k, g, o2 AS o1, o1 AS o2, o3, del, d1, v1, row_number()',
      ),
    },
    { why: 'a row number is taken from a limited query', query: carriedText(some).replace('FROM s),', 'FROM s LIMIT 3),') },
    { why: 'the numbered rows are made distinct', query: carriedText(some).replace('p AS (SELECT *', 'p AS (SELECT DISTINCT *') },
  ])('leaves the text alone when $why', async ({ query }) => {
    const sql = compile(query, true);
    expect(sql).not.toContain('carried');
    expect(sql).toBe(compile(query, false));
  });

  it('leaves alone what is not a plain value of the row chosen by its number', () => {
    for (const [from, to] of [
      ['max_by(d1, CASE WHEN g = 1 THEN rn END)', 'max_by(d1, CASE WHEN g = 1 THEN o2 END)'],
      ['max_by(d1, CASE WHEN g = 1 THEN rn END)', 'max_by(d1, CASE WHEN g = 1 THEN rn ELSE 0 END)'],
      ['max_by(d1, CASE WHEN g = 1 THEN rn END)', 'min_by(d1, CASE WHEN g = 1 THEN rn END)'],
      ['max_by(d1, CASE WHEN g = 1 THEN rn END)', 'max_by(d1, CASE WHEN g = 1 THEN rn END) FILTER (WHERE d1 > 0)'],
      ['max_by(d1, CASE WHEN g = 1 THEN rn END)', 'max_by(rand(), CASE WHEN g = 1 THEN rn END)'],
    ] as const) {
      const query = carriedText(some).replace(from, to);
      expect(query).toContain(to);
      expect(compile(query, true)).toMatch(/arg_m(?:ax|in)_null\((?:r\d+\."d1"|random\(\))/);
    }
  });
});
