import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AthenaFixture, createAthenaFixture } from './athena-fixture.ts';

/** The shape of the SQL that DatasetBuilder of the SageMaker Python SDK concatenates. */
let fixture: AthenaFixture;
const at = (seconds: number) => `make_timestamp(${(1_767_225_600 + seconds) * 1_000_000})`;
beforeAll(async () => {
  fixture = await createAthenaFixture();
  const rows = (values: string) =>
    `SELECT id, event_time, value, write_time, api_invocation_time, is_deleted FROM (VALUES ${values}) AS v(id, event_time, value, api_invocation_time, write_time, is_deleted)`;
  await fixture.parquet(
    'base/a.parquet',
    rows(
      `('1', 10.0::DOUBLE, 1::BIGINT, ${at(1)}, ${at(9)}, false), ('1', 10.0, 2, ${at(2)}, ${at(9)}, false), ('1', 30.0, 3, ${at(3)}, ${at(9)}, false), ('2', 10.0, 4, ${at(1)}, ${at(9)}, false), ('2', 20.0, NULL, ${at(2)}, ${at(9)}, true), ('3', 5.0, 5, ${at(1)}, ${at(9)}, false)`,
    ),
  );
  await fixture.parquet(
    'other/a.parquet',
    rows(
      `('1', 5.0::DOUBLE, 100::BIGINT, ${at(1)}, ${at(9)}, false), ('1', 25.0, 200, ${at(1)}, ${at(9)}, false), ('3', 9.0, 300, ${at(1)}, ${at(9)}, false)`,
    ),
  );
  const columns = {
    id: 'string',
    event_time: 'double',
    value: 'bigint',
    write_time: 'timestamp',
    api_invocation_time: 'timestamp',
    is_deleted: 'boolean',
  };
  fixture.table('base_1', 'base', columns);
  fixture.table('other_1', 'other', columns);
});
afterAll(() => fixture.stop());

const latestFirst = (s: string) => `origin_${s}."api_invocation_time" DESC, origin_${s}."write_time" DESC`;
const source = (s: string, table: string) => `FROM "default"."${table}" origin_${s}`;
const newer = (s: string) => {
  const [t, d] = [`table_${s}`, `deleted_${s}`];
  return `(${t}."event_time" > ${d}."event_time" OR (${t}."event_time" = ${d}."event_time" AND ${t}."api_invocation_time" > ${d}."api_invocation_time") OR (${t}."event_time" = ${d}."event_time" AND ${t}."api_invocation_time" = ${d}."api_invocation_time" AND ${t}."write_time" > ${d}."write_time"))`;
};
const group = (s: string, table: string) => {
  const columns = ['id', 'event_time', 'value'].map((name) => `table_${s}."${name}"`).join(', ');
  return `fg_${s} AS (WITH table_${s} AS (
SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY origin_${s}."id", origin_${s}."event_time" ORDER BY ${latestFirst(s)}) AS dedup_row_${s} ${source(s, table)})
WHERE dedup_row_${s} = 1
),
deleted_${s} AS (
SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY origin_${s}."id" ORDER BY origin_${s}."event_time" DESC, ${latestFirst(s)}) AS deleted_row_${s} ${source(s, table)} WHERE is_deleted)
WHERE deleted_row_${s} = 1
)
SELECT ${columns} FROM (
SELECT ${columns} FROM table_${s} LEFT JOIN deleted_${s} ON table_${s}."id" = deleted_${s}."id" WHERE deleted_${s}."id" IS NULL
UNION ALL
SELECT ${columns} FROM deleted_${s} JOIN table_${s} ON table_${s}."id" = deleted_${s}."id" AND ${newer(s)}
) AS table_${s}
)`;
};
const dataset = (recent: number) => `WITH ${group('base', 'base_1')},
${group('0', 'other_1')}
SELECT id, event_time, value, "id.1", "event_time.1", "value.1"
FROM (
SELECT fg_base.id, fg_base.event_time, fg_base.value, fg_0."id" as "id.1", fg_0."event_time" as "event_time.1", fg_0."value" as "value.1",
row_number() OVER (PARTITION BY fg_base."id" ORDER BY fg_base."event_time" DESC, fg_0."event_time" DESC) AS row_recent
FROM fg_base
JOIN fg_0 ON fg_base."id" = fg_0."id" AND from_unixtime(fg_base."event_time") >= from_unixtime(fg_0."event_time")
)
WHERE row_recent <= ${recent}
ORDER BY 1, 2, 5
LIMIT 100`;

describe('SQL of the SageMaker SDK', () => {
  it('de-duplicates, drops what was deleted and joins earlier rows', async () => {
    expect(await fixture.rows(dataset(9))).toEqual([
      ['1', '10.0', '2', '1', '5.0', '100'],
      ['1', '30.0', '3', '1', '5.0', '100'],
      ['1', '30.0', '3', '1', '25.0', '200'],
    ]);
    expect(await fixture.rows(dataset(1))).toEqual([['1', '30.0', '3', '1', '25.0', '200']]);
  });

  it('reads as of a time with the Teradata function', async () => {
    const query = (time: string) =>
      `SELECT count(*) FROM base_1 origin WHERE origin."write_time" <= to_timestamp('${time}', 'yyyy-mm-dd hh24:mi:ss')`;
    expect(await fixture.rows(query('2026-01-01 00:00:08'))).toEqual([['0']]);
    expect(await fixture.rows(query('2026-01-01 00:00:09'))).toEqual([['6']]);
  });

  it('shows the service’s columns and no partition columns for SELECT *', async () => {
    const { QueryExecutionId } = await fixture.execute('SELECT * FROM "AwsDataCatalog"."default"."base_1"');
    const { ResultSet } = (await fixture.call('GetQueryResults', { QueryExecutionId, MaxResults: 1 })) as never as {
      ResultSet: { Rows: { Data: { VarCharValue: string }[] }[] };
    };
    expect(ResultSet.Rows[0]?.Data.map((cell) => cell.VarCharValue)).toEqual([
      'id',
      'event_time',
      'value',
      'write_time',
      'api_invocation_time',
      'is_deleted',
    ]);
  });
});
