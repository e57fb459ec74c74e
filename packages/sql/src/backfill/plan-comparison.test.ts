import { expect, test } from 'vitest';
import { printUnload } from '../print-unload.ts';
import { planComparison } from './plan-comparison.ts';

test('the comparison as Athena gets it', () => {
  const query = planComparison({
    unit: 'ms',
    candidates: { table: { database: 'own', name: 'candidates' }, earliest: 983_448_000_000n, latest: 984_052_799_999n },
    history: { table: { database: 'own', name: 'dev_route_days_v1' }, partitioned: true },
    wholeHistory: { database: 'service', name: 'dev_route_days_v1_1' },
    columns: [
      { feature: 'mean_delay', type: 'double' },
      { feature: 'flights', type: 'bigint' },
    ],
    buckets: 4,
  });
  expect(
    printUnload(query, { location: 's3://answers/compared-0/', partitionedBy: ['bucket'], compression: 'SNAPPY' }),
  ).toMatchInlineSnapshot(`
    "UNLOAD (
      WITH
        history AS (
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
              CAST(
                to_unixtime(from_iso8601_timestamp(substr(event_time, 1, 19) || 'Z')) AS bigint
              ) AS whole_second,
              CAST(rpad(replace(substr(event_time, 21), 'Z', ''), 3, '0') AS bigint) AS fraction,
              CAST(round(to_unixtime(api_invocation_time) * 1000) AS bigint) AS arrived,
              CAST(round(to_unixtime(write_time) * 1000) AS bigint) AS written,
              coalesce(is_deleted, false) AS deleted,
              mean_delay AS f1,
              flights AS f2
            FROM own.dev_route_days_v1
            WHERE year BETWEEN '2001' AND '2001'
              AND year || month || day || hour BETWEEN '2001030112' AND '2001030811'
              AND entity_key IS NOT NULL
              AND event_time IS NOT NULL
              AND api_invocation_time IS NOT NULL
              AND write_time IS NOT NULL
          )
          WHERE whole_second BETWEEN 983448000 AND 984052799
        ),
        deletions AS (
          SELECT
            entity_key AS k,
            CAST(to_unixtime(from_iso8601_timestamp(substr(event_time, 1, 19) || 'Z')) AS bigint) * 1000
              + CAST(rpad(replace(substr(event_time, 21), 'Z', ''), 3, '0') AS bigint) AS t
          FROM service.dev_route_days_v1_1
          WHERE is_deleted
            AND entity_key IS NOT NULL
            AND event_time IS NOT NULL
            AND CAST(to_unixtime(from_iso8601_timestamp(substr(event_time, 1, 19) || 'Z')) AS bigint) > 984052799
        ),
        sides AS (
          SELECT
            0 AS side,
            k,
            t,
            arrived AS o1,
            written AS o2,
            row_hash AS o3,
            deleted,
            CAST(NULL AS varchar) AS event_time,
            f1,
            f2
          FROM history
          UNION ALL
          SELECT 1, entity_key, t, ordinal, CAST(0 AS bigint), CAST(0 AS bigint), false, event_time, f1, f2
          FROM own.candidates
          UNION ALL
          SELECT
            2,
            k,
            t,
            CAST(0 AS bigint),
            CAST(0 AS bigint),
            CAST(0 AS bigint),
            true,
            CAST(NULL AS varchar),
            CAST(NULL AS double),
            CAST(NULL AS bigint)
          FROM deletions
        ),
        placed AS (
          SELECT
            *,
            to_hex(md5(to_utf8(concat_ws(
              ',',
              CAST(deleted AS varchar),
              coalesce(CAST(f2 AS varchar), ''),
              coalesce(to_hex(to_ieee754_64(f1)), '')
            )))) AS content,
            row_number() OVER latest AS place
          FROM sides
          WINDOW latest AS (PARTITION BY k, t, side ORDER BY o1 DESC, o2 DESC, o3 DESC)
        ),
        held AS (
          SELECT
            side,
            k,
            t,
            event_time,
            place,
            content,
            f1,
            f2,
            max(CASE WHEN side = 0 AND place = 1 THEN content END) OVER moment AS held_content,
            max(CASE WHEN (side = 0 AND place = 1) AND deleted THEN 1 ELSE 0 END) OVER moment AS held_deleted,
            max(t) OVER entity AS latest_t
          FROM placed
          WINDOW moment AS (PARTITION BY k, t),
            entity AS (PARTITION BY k)
        ),
        judged AS (
          SELECT
            k,
            t,
            event_time,
            latest_t,
            CAST(
              CASE
                WHEN place > 1 THEN 1
                WHEN held_content IS NULL THEN 2
                WHEN held_deleted = 1 THEN 0
                WHEN held_content = content THEN 0
                ELSE 3
              END AS bigint
            ) AS state,
            f1,
            f2
          FROM held
          WHERE side = 1
        )
      SELECT
        CASE WHEN state >= 2 THEN k END AS entity_key,
        CASE WHEN state >= 2 THEN event_time END AS event_time,
        CASE WHEN state >= 2 THEN t END AS t,
        state,
        t = latest_t AS newest,
        CASE WHEN state >= 2 THEN f1 END AS f1,
        CASE WHEN state >= 2 THEN f2 END AS f2,
        CAST(mod(from_base(substr(to_hex(md5(to_utf8(k))), 1, 8), 16), 4) AS varchar) AS bucket
      FROM judged
    )
    TO 's3://answers/compared-0/'
    WITH (format = 'PARQUET', compression = 'SNAPPY', partitioned_by = ARRAY['bucket'])"
  `);
});
