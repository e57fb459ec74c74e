import { afterEach, describe, expect, it } from 'vitest';
import { type AthenaFixture, BUCKET, createAthenaFixture, fileText } from './athena-fixture.ts';

let fixture: AthenaFixture;
afterEach(() => fixture.stop());

async function withNumbers(count: number, ...profile: Parameters<typeof createAthenaFixture>): Promise<AthenaFixture> {
  fixture = await createAthenaFixture(...profile);
  await fixture.parquet(
    'n/a.parquet',
    `SELECT i::BIGINT AS n, 'k' || i AS k, i / 2.0::DOUBLE AS d, make_timestamp(1767225600123000 + i) AS w FROM range(${count}) t(i)`,
  );
  fixture.table('n', 'n', { n: 'bigint', k: 'string', d: 'double', w: 'timestamp' });
  return fixture;
}
const keys = (prefix: string) => fixture.buckets.list(BUCKET, prefix).map(({ key }) => key);

describe('UNLOAD', () => {
  it.each([
    { profile: 'default' as const, files: 4 },
    { profile: 'harsh' as const, files: 9 },
  ])('writes $files files under $profile, with all rows and in no order', async ({ profile, files }) => {
    await withNumbers(5_000, profile);
    const execution = await fixture.execute(
      `UNLOAD (SELECT n, k, d, w FROM n ORDER BY n) TO 's3://${BUCKET}/out/' WITH (format = 'PARQUET', compression = 'ZSTD')`,
    );
    expect(execution).toMatchObject({ StatementType: 'DML', SubstatementType: 'UNLOAD', Status: { State: 'SUCCEEDED' } });
    expect(keys('out/')).toHaveLength(files);
    const rows = (await fixture.read((from) => `SELECT n FROM ${from}`, 'out/')).map(([n]) => Number(n));
    expect(rows.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 5_000 }, (_, i) => i));
    const ascents = rows.filter((n, i) => n > (rows[i - 1] ?? -1)).length;
    expect(ascents).toBeLessThan(3_500);
    const types = await fixture.read((from) => `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${from})`, 'out/');
    expect(types).toEqual([
      ['n', 'BIGINT'],
      ['k', 'VARCHAR'],
      ['d', 'DOUBLE'],
      ['w', 'TIMESTAMP'],
    ]);
    const manifest = execution.Statistics?.DataManifestLocation ?? '';
    expect(
      fileText(fixture, manifest.replace(`s3://${BUCKET}/`, ''))
        .trim()
        .split('\n')
        .toSorted(),
    ).toEqual(keys('out/').map((key) => `s3://${BUCKET}/${key}`));
  });

  it('partitions by the last columns into Hive directories, whose values are escaped', async () => {
    await withNumbers(12, 'harsh');
    const query = `SELECT n, CAST(n % 2 AS varchar) AS p, CASE n % 3 WHEN 0 THEN 'a/b=c%' WHEN 1 THEN 'ä ö' END AS q FROM n`;
    await fixture.execute(
      `UNLOAD (${query}) TO 's3://${BUCKET}/parts' WITH (format = 'PARQUET', partitioned_by = ARRAY['p', 'q'])`,
    );
    const folders = new Set(keys('parts/').map((key) => key.slice('parts/'.length, key.lastIndexOf('/'))));
    expect([...folders].toSorted()).toEqual(
      ['0', '1'].flatMap((p) => ['__HIVE_DEFAULT_PARTITION__', 'a%2Fb%3Dc%25', 'ä ö'].map((q) => `p=${p}/q=${q}`)),
    );
    const types = await fixture.read((from) => `SELECT column_name FROM (DESCRIBE SELECT * FROM ${from})`, 'parts/');
    expect(types).toEqual([['n']]);
    expect((await fixture.read((from) => `SELECT count(*) FROM ${from}`, 'parts/'))[0]).toEqual(['12']);
  });

  it.each([
    {
      why: 'the target is not empty',
      query: 'SELECT n FROM n',
      to: 'n',
      reason: /^HIVE_PATH_ALREADY_EXISTS: Target directory for UNLOAD already exists/,
    },
    {
      why: 'a partition column is not last',
      query: 'SELECT k, n FROM n',
      partitionedBy: 'k',
      reason: /^HIVE_COLUMN_ORDER_MISMATCH/,
    },
    {
      why: 'a partition column is a double',
      query: 'SELECT n, d FROM n',
      partitionedBy: 'd',
      reason: /^NOT_SUPPORTED: A partition column of type double \(column d\)/,
    },
    {
      why: 'a column has no name',
      query: 'SELECT n + 1 FROM n',
      reason: /^MISSING_COLUMN_NAME: Column name not specified at position 1/,
    },
    {
      why: 'two columns have one name',
      query: 'SELECT n, k AS n FROM n',
      reason: /^DUPLICATE_COLUMN_NAME: Column name 'n' specified more than once/,
    },
    {
      why: 'a type cannot be stored',
      query: 'SELECT from_unixtime(n) AS t FROM n',
      reason: /^NOT_SUPPORTED: Unsupported Hive type: timestamp\(3\) with time zone \(column t\)/,
    },
    { why: 'the format is not run', query: 'SELECT n FROM n', format: 'ORC', reason: /^NOT_SUPPORTED: The format ORC/ },
    {
      why: 'the query is not run',
      query: 'SELECT n FROM n TABLESAMPLE SYSTEM (1)',
      reason: /^NOT_SUPPORTED: line 1:25: TABLESAMPLE/,
    },
    { why: 'a row fails', query: 'SELECT n / (n - 1) AS x FROM n', reason: /^DIVISION_BY_ZERO/ },
  ])('fails when $why, and writes nothing', async ({ query, to = 'out', partitionedBy, format = 'PARQUET', reason }) => {
    await withNumbers(3);
    const before = keys('');
    const by = partitionedBy === undefined ? '' : `, partitioned_by = ARRAY['${partitionedBy}']`;
    const { Status } = await fixture.execute(`UNLOAD (${query}) TO 's3://${BUCKET}/${to}/' WITH (format = '${format}'${by})`);
    expect(Status).toMatchObject({ State: 'FAILED', StateChangeReason: expect.stringMatching(reason) });
    expect(keys('')).toEqual(before);
  });

  it('writes JSON lines and delimited text, compressed unless told otherwise', async () => {
    await withNumbers(3, 'default', { unloadFiles: 1 });
    await fixture.execute(
      `UNLOAD (SELECT n, k FROM n WHERE n = 1) TO 's3://${BUCKET}/json/' WITH (format = 'JSON', compression = 'NONE')`,
    );
    expect(fileText(fixture, keys('json/')[0] ?? '')).toBe('{"n":1,"k":"k1"}\n');
    await fixture.execute(
      `UNLOAD (SELECT n, k FROM n WHERE n = 1) TO 's3://${BUCKET}/text/' WITH (format = 'TEXTFILE', field_delimiter = '|', compression = 'NONE')`,
    );
    expect(fileText(fixture, keys('text/')[0] ?? '')).toBe('1|k1\n');
    await fixture.execute(`UNLOAD (SELECT n FROM n) TO 's3://${BUCKET}/gzip/' WITH (format = 'JSON')`);
    expect(keys('gzip/')[0]).toMatch(/\.gz$/);
  });

  it('writes nothing but a manifest for no rows', async () => {
    await withNumbers(3);
    const { Status, Statistics } = await fixture.execute(
      `UNLOAD (SELECT n FROM n WHERE n > 9) TO 's3://${BUCKET}/none/' WITH (format = 'PARQUET')`,
    );
    expect(Status?.State).toBe('SUCCEEDED');
    expect(keys('none/')).toEqual([]);
    expect(fileText(fixture, Statistics?.DataManifestLocation?.replace(`s3://${BUCKET}/`, '') ?? '')).toBe('');
  });
});

describe('CREATE TABLE AS', () => {
  it('registers a table over what it wrote, partitions included', async () => {
    await withNumbers(10);
    const { Statistics, Status } = await fixture.execute(
      `CREATE TABLE copy WITH (format = 'PARQUET', external_location = 's3://${BUCKET}/copy', partitioned_by = ARRAY['p']) AS SELECT n, w, CAST(n % 2 AS varchar) AS p FROM n`,
    );
    expect(Status?.State).toBe('SUCCEEDED');
    expect(Statistics?.DataManifestLocation).toMatch(/-manifest\.csv$/);
    expect(await fixture.rows(`SELECT count(*), sum(n), min(w) FROM copy WHERE p = '1'`)).toEqual([
      ['5', '25', '2026-01-01 00:00:00.123'],
    ]);
    expect(await fixture.rows('SHOW PARTITIONS copy')).toEqual([['p=0'], ['p=1']]);
    const again = await fixture.execute('CREATE TABLE copy AS SELECT 1 AS x');
    expect(again.Status?.StateChangeReason).toBe(
      `TABLE_ALREADY_EXISTS: Destination table 'awsdatacatalog.default.copy' already exists`,
    );
    expect((await fixture.execute('CREATE TABLE IF NOT EXISTS copy AS SELECT 1 AS x')).Status?.State).toBe('SUCCEEDED');
    expect((await fixture.execute('DROP TABLE copy')).Status?.State).toBe('SUCCEEDED');
    expect(keys('copy/')).not.toEqual([]);
  });
});
