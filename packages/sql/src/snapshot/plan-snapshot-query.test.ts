import { expect, it } from 'vitest';
import { printAthena } from '../print-athena.ts';
import { planSnapshotQuery, type SnapshotQuery } from './plan-snapshot-query.ts';

const query: SnapshotQuery = {
  table: { database: 'sagemaker_featurestore', name: 'dev_airport_hours' },
  columns: [
    { feature: 'entity_key', type: 'varchar' },
    { feature: 'event_time', type: 'varchar' },
    { feature: 'departures', type: 'bigint' },
    { feature: 'mean_delay', type: 'double' },
  ],
  asOfSecond: BigInt(Date.UTC(2026, 1, 28, 23)) / 1_000n,
  ttlSeconds: 172_800n,
  parts: 16,
};

it('prints one statement for a group', () => {
  expect(printAthena(planSnapshotQuery(query))).toMatchInlineSnapshot(`
    "WITH
      decoded AS (
        SELECT
          entity_key AS f0,
          CAST(to_unixtime(from_iso8601_timestamp(substr(event_time, 1, 19) || 'Z')) AS bigint) AS whole_second,
          CAST(rpad(replace(substr(event_time, 21), 'Z', ''), 9, '0') AS bigint) AS fraction,
          CAST(round(to_unixtime(api_invocation_time) * 1000) AS bigint) AS arrived,
          CAST(round(to_unixtime(write_time) * 1000) AS bigint) AS written,
          coalesce(is_deleted, false) AS deleted,
          entity_key AS f1,
          event_time AS f2,
          departures AS f3,
          mean_delay AS f4
        FROM sagemaker_featurestore.dev_airport_hours
        WHERE entity_key IS NOT NULL
          AND event_time IS NOT NULL
          AND api_invocation_time IS NOT NULL
          AND write_time IS NOT NULL
          AND CAST(round(to_unixtime(api_invocation_time) * 1000) AS bigint) < 1772319600000
          AND event_time >= '2026-02-26T23'
      ),
      hashed AS (
        SELECT
          *,
          from_base(substr(to_hex(md5(to_utf8(concat_ws(
            ',',
            CAST(deleted AS varchar),
            coalesce(CAST(f3 AS varchar), ''),
            coalesce(CAST(length(f1) AS varchar) || ':' || f1, ''),
            coalesce(CAST(length(f2) AS varchar) || ':' || f2, ''),
            coalesce(to_hex(to_ieee754_64(f4)), '')
          )))), 1, 15), 16) AS row_hash
        FROM decoded
      ),
      ranked AS (
        SELECT
          *,
          row_number() OVER (PARTITION BY f0 ORDER BY whole_second DESC, fraction DESC, arrived DESC, written DESC, row_hash DESC) AS version
        FROM hashed
      )
    SELECT
      f1 AS entity_key,
      f2 AS event_time,
      f3 AS departures,
      f4 AS mean_delay,
      CAST(from_base(substr(to_hex(md5(to_utf8(f0))), 1, 2), 16) / 16 AS varchar) AS part_
    FROM ranked
    WHERE version = 1
      AND deleted = false
      AND (whole_second > 1772146800 OR whole_second = 1772146800 AND fraction > 0)"
  `);
});

it('asks nothing of the age where records stay for ever', () => {
  const text = printAthena(planSnapshotQuery({ ...query, ttlSeconds: undefined }));
  expect(text).not.toContain('event_time >=');
  expect(text.trimEnd().endsWith('AND deleted = false')).toBe(true);
});
