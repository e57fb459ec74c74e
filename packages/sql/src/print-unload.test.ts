import { expect, it } from 'vitest';
import { printUnload } from './print-unload.ts';
import { column, type Query } from './tree.ts';

const query: Query = {
  with: [
    {
      name: 'r',
      body: { kind: 'select', columns: [{ value: column('a') }], from: { kind: 'table', table: { database: 'db', name: 't' } } },
    },
  ],
  body: { kind: 'select', columns: [{ value: column('a') }], from: { kind: 'with', name: 'r' } },
};

it('wraps the query into an UNLOAD of Parquet, partitioned by its last columns', () => {
  expect(
    printUnload(query, { location: "s3://bucket/it's here/", partitionedBy: ['label_range'], compression: 'SNAPPY' }),
  ).toMatchInlineSnapshot(`
    "UNLOAD (
      WITH
        r AS (
          SELECT a
          FROM db.t
        )
      SELECT a
      FROM r
    )
    TO 's3://bucket/it''s here/'
    WITH (format = 'PARQUET', compression = 'SNAPPY', partitioned_by = ARRAY['label_range'])"
  `);
});

it('names no partitions where there are none', () => {
  expect(printUnload(query, { location: 's3://bucket/x/', partitionedBy: [], compression: 'ZSTD' })).not.toContain(
    'partitioned_by',
  );
});
