import { describe, expect, it } from 'vitest';
import { printAthena } from '../print-athena.ts';
import type { PlanJoin, PointInTimePlan } from './plan.ts';
import { planPointInTime } from './plan-point-in-time.ts';

const HOUR_MS = 3_600_000n;
const at = (iso: string) => BigInt(Date.parse(iso));
const table = (name: string) => ({ database: 'tidemark', name });

const hours: PlanJoin = {
  alias: 'j0',
  keyColumn: 'origin',
  table: table('airport_hours'),
  partitioned: true,
  maxAge: 48n * HOUR_MS,
  wholeSecondArrival: false,
  columns: [
    { output: 'origin_delay', feature: 'mean_delay', type: 'double' },
    { output: 'origin_departures', feature: 'departures', type: 'bigint' },
  ],
};
const profile: PlanJoin = {
  ...hours,
  alias: 'j1',
  table: table('airport_profile'),
  partitioned: false,
  maxAge: undefined,
  columns: [{ output: 'city', feature: 'city', type: 'varchar' }],
};
const plan: PointInTimePlan = {
  unit: 'ms',
  boundary: 'before',
  knowledge: 'event-time',
  labels: { table: table('labels'), earliest: at('2001-01-03T10:20:00Z'), latest: at('2001-01-09T23:10:00.500Z') },
  joins: [hours, profile],
};

const print = (changes: Partial<PointInTimePlan> = {}) => printAthena(planPointInTime({ ...plan, ...changes }));
/** The named query of that name alone. */
const part = (text: string, name: string) => text.slice(text.indexOf(`  ${name} AS (`)).split('\n  )')[0] as string;

describe('the plan of a point-in-time join', () => {
  it('puts labels and all groups of one key into one stream and carries the newest row of each forward', () => {
    expect(print({ rangeSize: 1_000n })).toMatchInlineSnapshot(`
      "WITH
        j0 AS (
          SELECT
            k,
            whole_second * 1000 + fraction AS t,
            arrived,
            written,
            from_base(substr(to_hex(md5(to_utf8(concat_ws(
              ',',
              CAST(deleted AS varchar),
              coalesce(CAST(f2 AS varchar), ''),
              coalesce(to_hex(to_ieee754_64(f1)), '')
            )))), 1, 15), 16) AS row_hash,
            deleted,
            f1,
            f2
          FROM (
            SELECT
              entity_key AS k,
              CAST(to_unixtime(from_iso8601_timestamp(substr(event_time, 1, 19) || 'Z')) AS bigint) AS whole_second,
              CAST(rpad(replace(substr(event_time, 21), 'Z', ''), 3, '0') AS bigint) AS fraction,
              CAST(round(to_unixtime(api_invocation_time) * 1000) AS bigint) AS arrived,
              CAST(round(to_unixtime(write_time) * 1000) AS bigint) AS written,
              coalesce(is_deleted, false) AS deleted,
              mean_delay AS f1,
              departures AS f2
            FROM tidemark.airport_hours
            WHERE year BETWEEN '2001' AND '2001'
              AND year || month || day || hour BETWEEN '2001010110' AND '2001010923'
              AND entity_key IS NOT NULL
              AND event_time IS NOT NULL
              AND api_invocation_time IS NOT NULL
              AND write_time IS NOT NULL
          )
          WHERE whole_second BETWEEN 978343200 AND 979081800
        ),
        j1 AS (
          SELECT
            k,
            whole_second * 1000 + fraction AS t,
            arrived,
            written,
            from_base(substr(to_hex(md5(to_utf8(concat_ws(
              ',',
              CAST(deleted AS varchar),
              coalesce(CAST(length(f1) AS varchar) || ':' || f1, '')
            )))), 1, 15), 16) AS row_hash,
            deleted,
            f1
          FROM (
            SELECT
              entity_key AS k,
              CAST(to_unixtime(from_iso8601_timestamp(substr(event_time, 1, 19) || 'Z')) AS bigint) AS whole_second,
              CAST(rpad(replace(substr(event_time, 21), 'Z', ''), 3, '0') AS bigint) AS fraction,
              CAST(round(to_unixtime(api_invocation_time) * 1000) AS bigint) AS arrived,
              CAST(round(to_unixtime(write_time) * 1000) AS bigint) AS written,
              coalesce(is_deleted, false) AS deleted,
              city AS f1
            FROM tidemark.airport_profile
            WHERE event_time <= '2001-01-09T23:59:59Z'
              AND entity_key IS NOT NULL
              AND event_time IS NOT NULL
              AND api_invocation_time IS NOT NULL
              AND write_time IS NOT NULL
          )
          WHERE whole_second <= 979081800
        ),
        s0 AS (
          SELECT
            origin AS k,
            0 AS g,
            label_time AS t,
            label_row AS o1,
            CAST(0 AS bigint) AS o2,
            CAST(0 AS bigint) AS o3,
            false AS deleted,
            CAST(NULL AS bigint) AS b1,
            CAST(NULL AS double) AS d1,
            CAST(NULL AS varchar) AS v1
          FROM tidemark.labels
          UNION ALL
          SELECT k, 1, t, arrived, written, row_hash, deleted, f2, f1, NULL
          FROM j0
          UNION ALL
          SELECT k, 2, t, arrived, written, row_hash, deleted, NULL, NULL, f1
          FROM j1
        ),
        p0 AS (
          SELECT
            *,
            row_number() OVER v AS rn,
            CASE
              WHEN lag(g) OVER v = g AND lag(t) OVER v = t AND lag(o1) OVER v = o1 AND lag(o2) OVER v = o2
                THEN nullif(lag(o3) OVER v <> o3, false)
              ELSE false
            END AS tied
          FROM s0
          WINDOW v AS (PARTITION BY k ORDER BY t, g, o1, o2, o3)
        ),
        c0 AS (
          SELECT
            g,
            o1 AS label_row,
            t AS label_time,
            max(CASE WHEN g = 1 THEN t END) OVER w AS j0_time,
            max_by(deleted, CASE WHEN g = 1 THEN rn END) OVER w AS j0_deleted,
            max_by(tied, CASE WHEN g = 1 AND tied IS NOT NULL THEN rn END) OVER w AS j0_tied,
            max_by(d1, CASE WHEN g = 1 THEN rn END) OVER w AS j0_c1,
            max_by(b1, CASE WHEN g = 1 THEN rn END) OVER w AS j0_c2,
            max(CASE WHEN g = 2 THEN t END) OVER w AS j1_time,
            max_by(deleted, CASE WHEN g = 2 THEN rn END) OVER w AS j1_deleted,
            max_by(tied, CASE WHEN g = 2 AND tied IS NOT NULL THEN rn END) OVER w AS j1_tied,
            max_by(v1, CASE WHEN g = 2 THEN rn END) OVER w AS j1_c1
          FROM p0
          WINDOW w AS (PARTITION BY k ORDER BY t, g, o1, o2, o3 ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
        ),
        r0 AS (
          SELECT
            label_row,
            j0_c1,
            j0_c2,
            j0_time,
            CASE
              WHEN j0_time IS NULL OR j0_deleted THEN 1
              WHEN label_time - j0_time >= 172800000 THEN 2
              ELSE 0
            END AS j0_state,
            coalesce(j0_tied, false) AS j0_tie,
            j1_c1,
            j1_time,
            CASE WHEN j1_time IS NULL OR j1_deleted THEN 1 ELSE 0 END AS j1_state,
            coalesce(j1_tied, false) AS j1_tie
          FROM c0
          WHERE g = 0
        )
      SELECT
        r0.label_row AS label_row,
        CASE WHEN j0_state = 0 THEN j0_c1 END AS origin_delay,
        CASE WHEN j0_state = 0 THEN j0_c2 END AS origin_departures,
        j0_time,
        j0_state,
        j0_tie,
        CASE WHEN j1_state = 0 THEN j1_c1 END AS city,
        j1_time,
        j1_state,
        j1_tie,
        CAST(r0.label_row / 1000 AS varchar) AS label_range
      FROM r0"
    `);
  });

  it('joins the streams of different keys back on label_row', () => {
    const text = print({ joins: [hours, { ...profile, keyColumn: 'destination' }] });
    expect(text.slice(text.lastIndexOf('\nSELECT'))).toMatchInlineSnapshot(`
      "
      SELECT
        r0.label_row AS label_row,
        CASE WHEN j0_state = 0 THEN j0_c1 END AS origin_delay,
        CASE WHEN j0_state = 0 THEN j0_c2 END AS origin_departures,
        j0_time,
        j0_state,
        j0_tie,
        CASE WHEN j1_state = 0 THEN j1_c1 END AS city,
        j1_time,
        j1_state,
        j1_tie
      FROM r0
      JOIN r1 ON r1.label_row = r0.label_row"
    `);
  });

  it("places history of the label's own instant before the label when the boundary is at-or-before", () => {
    expect(part(print({ boundary: 'at-or-before', joins: [profile] }), 'p0')).toMatchInlineSnapshot(`
      "  p0 AS (
          SELECT
            *,
            row_number() OVER v AS rn,
            CASE
              WHEN lag(g) OVER v = g AND lag(t) OVER v = t AND lag(o1) OVER v = o1 AND lag(o2) OVER v = o2
                THEN nullif(lag(o3) OVER v <> o3, false)
              ELSE false
            END AS tied
          FROM s0
          WINDOW v AS (PARTITION BY k ORDER BY t, g DESC, o1, o2, o3)"
    `);
  });

  it('sorts by what is visible when and still numbers by version when knowledge is by arrival', () => {
    const text = print({ knowledge: 'arrival-time', unit: 'us', joins: [{ ...profile, wholeSecondArrival: true }] });
    expect(part(text, 's0')).toMatchInlineSnapshot(`
      "  s0 AS (
          SELECT
            origin AS k,
            0 AS g,
            label_time AS t,
            label_time AS seen,
            label_row AS o1,
            CAST(0 AS bigint) AS o2,
            CAST(0 AS bigint) AS o3,
            false AS deleted,
            CAST(NULL AS varchar) AS v1
          FROM tidemark.labels
          UNION ALL
          SELECT k, 1, t, greatest(t, arrived * 1000 + 999999), arrived, written, row_hash, deleted, f1
          FROM j1"
    `);
    expect(part(text, 'p0')).toMatchInlineSnapshot(`
      "  p0 AS (
          SELECT
            *,
            row_number() OVER v AS rn,
            CASE
              WHEN lag(g) OVER v = g AND lag(t) OVER v = t AND lag(o1) OVER v = o1 AND lag(o2) OVER v = o2
                THEN nullif(lag(o3) OVER v <> o3, false)
              ELSE false
            END AS tied
          FROM s0
          WINDOW v AS (PARTITION BY k ORDER BY t, g, o1, o2, o3)"
    `);
    expect(part(text, 'c0')).toMatchInlineSnapshot(`
      "  c0 AS (
          SELECT
            g,
            o1 AS label_row,
            t AS label_time,
            max(CASE WHEN g = 1 THEN t END) OVER w AS j1_time,
            max_by(deleted, CASE WHEN g = 1 THEN rn END) OVER w AS j1_deleted,
            max_by(tied, CASE WHEN g = 1 AND tied IS NOT NULL THEN rn END) OVER w AS j1_tied,
            max_by(v1, CASE WHEN g = 1 THEN rn END) OVER w AS j1_c1
          FROM p0
          WINDOW w AS (PARTITION BY k ORDER BY seen, g ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    `);
  });

  it('reads labels alone when there is nothing to join', () => {
    expect(print({ joins: [] })).toMatchInlineSnapshot(`
      "SELECT
        label_row
      FROM tidemark.labels"
    `);
  });

  it('quotes names that are reserved or not plain, and nothing else', () => {
    const text = print({
      joins: [
        {
          ...profile,
          keyColumn: 'order',
          table: table('route-days'),
          columns: [{ output: 'select', feature: 'a"; DROP TABLE x', type: 'varchar' }],
        },
      ],
    });
    expect(text).toContain('"order" AS k');
    expect(text).toContain('FROM tidemark."route-days"');
    expect(text).toContain('"a""; DROP TABLE x" AS f1');
    expect(text).toContain('CASE WHEN j1_state = 0 THEN j1_c1 END AS "select"');
  });

  it('shares typed slots among the groups of a stream', () => {
    const text = print({
      joins: [
        hours,
        { ...hours, alias: 'j1', columns: hours.columns.map((one) => ({ ...one, output: `${one.output}_2` })).reverse() },
      ],
    });
    expect(part(text, 's0').match(/CAST\(NULL AS \w+\) AS \w+/g)).toEqual([
      'CAST(NULL AS bigint) AS b1',
      'CAST(NULL AS double) AS d1',
    ]);
  });

  it.each([
    { why: 'two outputs of one name', joins: [hours, { ...hours, alias: 'j1' }], field: 'origin_delay' },
    {
      why: 'an output named as a column of the plan',
      joins: [{ ...hours, columns: [{ output: 'j0_time', feature: 'x', type: 'bigint' as const }] }],
      field: 'j0_time',
    },
    {
      why: 'an output named label_row',
      joins: [{ ...hours, columns: [{ output: 'label_row', feature: 'x', type: 'bigint' as const }] }],
      field: 'label_row',
    },
  ])('refuses $why', ({ joins, field }) => {
    expect(() => planPointInTime({ ...plan, joins })).toThrow(expect.objectContaining({ code: 'PIT_LABEL_COLUMN_CLASH', field }));
  });

  it('refuses seconds as its unit, which arrival times do not fit', () => {
    expect(() => planPointInTime({ ...plan, unit: 's' })).toThrow(
      expect.objectContaining({ code: 'PIT_OPTION_INVALID', field: 'unit' }),
    );
  });
});
