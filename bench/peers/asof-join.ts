import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { type Measured, measure } from '../harness/measure.ts';

const TTL = "INTERVAL '2 days'";

/** The view `departure-delay` as one would write it by hand in DuckDB: five ASOF joins, two of them with a time to live. */
export async function asofJoin(paths: {
  dir: string;
  labels: string;
  history: (group: string) => string;
}): Promise<Measured<void>> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run('SET threads = 2');
  const table = (group: string, columns: string) => `
    SELECT entity_key, event_time::TIMESTAMP AS event_time, ${columns} FROM read_parquet('${paths.history(group)}', hive_partitioning = false)
    WHERE NOT is_deleted
    QUALIFY row_number() OVER (PARTITION BY entity_key, event_time ORDER BY api_invocation_time DESC, write_time DESC) = 1`;
  const query = `
    WITH labels AS (SELECT row_number() OVER () AS label_row, * FROM '${paths.labels}'),
    hours AS (${table('airport-hours', 'departures, mean_delay, share_late')}),
    days AS (${table('route-days', 'flights, mean_delay, share_late')}),
    profiles AS (${table('airport-profile', 'state, latitude, longitude')})
    SELECT l.*,
      CASE WHEN l.scheduled - oh.event_time < ${TTL} THEN oh.departures END AS origin_departures,
      CASE WHEN l.scheduled - oh.event_time < ${TTL} THEN oh.mean_delay END AS origin_mean_delay,
      CASE WHEN l.scheduled - oh.event_time < ${TTL} THEN oh.share_late END AS origin_share_late,
      CASE WHEN l.scheduled - dh.event_time < ${TTL} THEN dh.departures END AS destination_departures,
      CASE WHEN l.scheduled - dh.event_time < ${TTL} THEN dh.mean_delay END AS destination_mean_delay,
      CASE WHEN l.scheduled - dh.event_time < ${TTL} THEN dh.share_late END AS destination_share_late,
      d.flights AS route_flights, d.mean_delay AS route_mean_delay, d.share_late AS route_share_late,
      op.state AS origin_state, op.latitude AS origin_latitude, op.longitude AS origin_longitude,
      dp.state AS destination_state, dp.latitude AS destination_latitude, dp.longitude AS destination_longitude
    FROM labels l
    ASOF LEFT JOIN hours oh ON l.origin = oh.entity_key AND l.scheduled > oh.event_time
    ASOF LEFT JOIN hours dh ON l.destination = dh.entity_key AND l.scheduled > dh.event_time
    ASOF LEFT JOIN days d ON l.origin || '|' || l.destination = d.entity_key AND l.scheduled > d.event_time
    ASOF LEFT JOIN profiles op ON l.origin = op.entity_key AND l.scheduled > op.event_time
    ASOF LEFT JOIN profiles dp ON l.destination = dp.entity_key AND l.scheduled > dp.event_time
    ORDER BY label_row`;
  const measured = await measure(async () => {
    await connection.run(`COPY (${query}) TO '${join(paths.dir, 'asof.parquet')}' (FORMAT parquet, COMPRESSION snappy)`);
  });
  connection.closeSync();
  return measured;
}
