import { expect, it } from 'vitest';
import {
  type ProjectedTable,
  printProjectedTable,
  projectedTableInput,
  projectedTableParameters,
} from './print-projected-table.ts';

const table: ProjectedTable = {
  table: { database: 'tidemark', name: 'dev_airport_hours_v1_by_hour' },
  location: 's3://offline/123456789012/sagemaker/eu-central-1/offline-store/dev-airport-hours-v1-1767225600/data',
  columns: [
    { name: 'entity_key', type: 'string' },
    { name: 'mean_delay', type: 'double' },
    { name: 'write_time', type: 'timestamp' },
  ],
  firstYear: 2001,
  lastYear: 2035,
};

it('prints the DDL that Athena takes', () => {
  expect(printProjectedTable(table)).toMatchInlineSnapshot(`
    "CREATE EXTERNAL TABLE IF NOT EXISTS \`tidemark\`.\`dev_airport_hours_v1_by_hour\` (
      \`entity_key\` string,
      \`mean_delay\` double,
      \`write_time\` timestamp
    )
    PARTITIONED BY (\`year\` string, \`month\` string, \`day\` string, \`hour\` string)
    STORED AS PARQUET
    LOCATION 's3://offline/123456789012/sagemaker/eu-central-1/offline-store/dev-airport-hours-v1-1767225600/data/'
    TBLPROPERTIES (
      'classification' = 'parquet',
      'projection.enabled' = 'true',
      'projection.year.type' = 'integer',
      'projection.year.range' = '2001,2035',
      'projection.year.digits' = '4',
      'projection.month.type' = 'integer',
      'projection.month.range' = '01,12',
      'projection.month.digits' = '2',
      'projection.day.type' = 'integer',
      'projection.day.range' = '01,31',
      'projection.day.digits' = '2',
      'projection.hour.type' = 'integer',
      'projection.hour.range' = '00,23',
      'projection.hour.digits' = '2',
      'storage.location.template' = 's3://offline/123456789012/sagemaker/eu-central-1/offline-store/dev-airport-hours-v1-1767225600/data/year=\${year}/month=\${month}/day=\${day}/hour=\${hour}/'
    )"
  `);
});

it('gives Glue the same table as data', () => {
  const input = projectedTableInput(table);
  expect(input.Parameters).toEqual(projectedTableParameters(table));
  expect(input.PartitionKeys.map((key) => key.Name)).toEqual(['year', 'month', 'day', 'hour']);
  expect(input.StorageDescriptor.Location).toBe(`${table.location}/`);
  expect(input.StorageDescriptor.Columns).toContainEqual({ Name: 'mean_delay', Type: 'double' });
});

it('says the two digits of a projected hour, as the folders have them', () => {
  expect(projectedTableParameters(table)).toMatchObject({
    'projection.hour.range': '00,23',
    'projection.hour.digits': '2',
    'projection.year.range': '2001,2035',
  });
});
