import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AthenaFixture, BUCKET, createAthenaFixture } from './athena-fixture.ts';

let fixture: AthenaFixture;
beforeAll(async () => {
  fixture = await createAthenaFixture();
});
afterAll(() => fixture.stop());

describe('tables over Parquet', () => {
  it('reads columns that older files lack as NULL, in any case and order of the files’ names', async () => {
    await fixture.parquet('evolved/a.parquet', `SELECT 'x' AS "Key", 1::INTEGER AS n`);
    await fixture.parquet('evolved/sub/b.parquet', `SELECT 2::BIGINT AS n, 'y' AS key, 0.5::DOUBLE AS later`);
    await fixture.parquet('evolved/_hidden/c.parquet', `SELECT 'no' AS key`);
    await fixture.text('evolved/empty', '');
    fixture.table('evolved', 'evolved', { key: 'string', n: 'bigint', later: 'double' });
    expect(await fixture.rows('SELECT * FROM evolved ORDER BY key')).toEqual([
      ['x', '1', null],
      ['y', '2', '0.5'],
    ]);
    const { Statistics } = await fixture.execute('SELECT count(*) FROM evolved');
    const bytes = ['a.parquet', 'sub/b.parquet'].map((name) => fixture.buckets.head(BUCKET, `evolved/${name}`)?.sizeBytes ?? 0);
    expect(Statistics?.DataScannedInBytes).toBe(bytes.reduce((a, b) => a + b));
  });

  it('rounds Hive timestamps to milliseconds, of instants and of local times', async () => {
    await fixture.parquet(
      'times/a.parquet',
      `SELECT make_timestamp(1767225600123500) AS a, timezone('UTC', make_timestamp(1767225600123499)) AS b, CAST(make_timestamp(1767225600123000) AS TIMESTAMP_MS) AS c`,
    );
    fixture.table('times', 'times', { a: 'timestamp', b: 'timestamp', c: 'timestamp' });
    expect(await fixture.rows('SELECT * FROM times')).toEqual([
      ['2026-01-01 00:00:00.124', '2026-01-01 00:00:00.123', '2026-01-01 00:00:00.123'],
    ]);
  });

  it('refuses a file whose type is not the table’s, and one that is no Parquet, by key', async () => {
    await fixture.parquet('wrong/a.parquet', 'SELECT 1.5::DOUBLE AS n');
    fixture.table('wrong', 'wrong', { n: 'string' });
    await expect(fixture.rows('SELECT n FROM wrong')).rejects.toThrow(
      `HIVE_BAD_DATA: Field n's type DOUBLE in parquet file wrong/a.parquet is incompatible with type varchar defined in table schema`,
    );
    await fixture.text('broken/a.parquet', 'not parquet');
    fixture.table('broken', 'broken', { n: 'string' });
    await expect(fixture.rows('SELECT n FROM broken')).rejects.toThrow(
      'HIVE_CANNOT_OPEN_SPLIT: broken/a.parquet is not a Parquet file',
    );
  });

  it('resolves names with database and catalogue, and columns of a name in any case', async () => {
    await fixture.parquet('named/a.parquet', 'SELECT 1::BIGINT AS n');
    fixture.table('named', 'named', { n: 'bigint' });
    expect(await fixture.rows(`SELECT "default"."named".N FROM "AwsDataCatalog"."default"."Named"`)).toEqual([['1']]);
  });
});

describe('partitions', () => {
  beforeAll(async () => {
    for (const day of ['01', '02', '03']) {
      for (const hour of ['00', '23']) {
        await fixture.parquet(
          `hourly/data/year=2026/month=01/day=${day}/hour=${hour}/f.parquet`,
          `SELECT ${day}::BIGINT * 100 + ${hour}::BIGINT AS n`,
        );
      }
    }
    await fixture.parquet('hourly/data/year=1999/month=01/day=01/hour=00/f.parquet', 'SELECT 1999::BIGINT AS n');
    const ranges = { year: '2001,2035', month: '01,12', day: '01,31', hour: '00,23' };
    const projection = Object.entries(ranges).flatMap(([key, range]) => [
      `'projection.${key}.type' = 'integer'`,
      `'projection.${key}.range' = '${range}'`,
      `'projection.${key}.digits' = '${key === 'year' ? 4 : 2}'`,
    ]);
    const template = `s3://${BUCKET}/hourly/data/year=\${year}/month=\${month}/day=\${day}/hour=\${hour}/`;
    const created = await fixture.execute(`CREATE EXTERNAL TABLE IF NOT EXISTS \`default\`.\`hourly\` (\`n\` bigint)
      PARTITIONED BY (\`year\` string, \`month\` string, \`day\` string, \`hour\` string) STORED AS PARQUET LOCATION 's3://${BUCKET}/hourly/data/'
      TBLPROPERTIES ('projection.enabled' = 'true', ${projection.join(', ')}, 'storage.location.template' = '${template}')`);
    expect(created.Status?.State).toBe('SUCCEEDED');
  });
  const files = async (where: string) => {
    const { Status, Statistics } = await fixture.execute(`SELECT sum(n) FROM hourly ${where}`);
    expect(Status?.StateChangeReason).toBeUndefined();
    const one = fixture.buckets.head(BUCKET, 'hourly/data/year=2026/month=01/day=01/hour=00/f.parquet')?.sizeBytes ?? 1;
    return Math.round((Statistics?.DataScannedInBytes ?? 0) / one);
  };

  it.each([
    { where: '', read: 6 },
    { where: `WHERE day = '02'`, read: 2 },
    { where: `WHERE day >= '02' AND hour = '23' AND n > 0`, read: 2 },
    { where: `WHERE day IN ('01', '03') AND month BETWEEN '01' AND '02'`, read: 4 },
    { where: `WHERE year || month || day || hour BETWEEN '2026010123' AND '2026010300'`, read: 4 },
    { where: `WHERE CAST(day AS bigint) + CAST(hour AS bigint) = 25`, read: 1 },
    { where: `WHERE day = '02' OR n = 1`, read: 6 },
    { where: `WHERE day = '09'`, read: 0 },
  ])('opens $read files for "$where"', async ({ where, read }) => {
    expect(await files(where)).toBe(read);
  });

  it('shows partition columns as they were declared', async () => {
    expect(await fixture.rows(`SELECT n, year, day || hour FROM hourly WHERE day = '03' ORDER BY n`)).toEqual([
      ['300', '2026', '0300'],
      ['323', '2026', '0323'],
    ]);
    expect(await fixture.rows('SELECT day, count(*) FROM hourly GROUP BY day ORDER BY day')).toEqual([
      ['01', '2'],
      ['02', '2'],
      ['03', '2'],
    ]);
  });

  it('does not prune below an outer join that may fill the row with NULLs', async () => {
    const rows = await fixture.rows(
      `SELECT x, day FROM (VALUES 101, 200) AS v(x) LEFT JOIN hourly ON n = x - 1 WHERE day IS NULL OR day = '01' ORDER BY x`,
    );
    expect(rows).toEqual([
      ['101', '01'],
      ['200', null],
    ]);
  });

  it('knows registered partitions alone without projection, and finds them with MSCK REPAIR', async () => {
    await fixture.execute(
      `CREATE EXTERNAL TABLE plain (n bigint) PARTITIONED BY (year int, month string, day string, hour string) STORED AS PARQUET LOCATION 's3://${BUCKET}/hourly/data'`,
    );
    expect(await fixture.rows('SELECT count(*) FROM plain')).toEqual([['0']]);
    await fixture.execute('MSCK REPAIR TABLE plain');
    expect(await fixture.rows('SELECT count(*), max(year) FROM plain WHERE year > 2000')).toEqual([['6', '2026']]);
    expect((await fixture.rows('SHOW PARTITIONS plain'))[0]).toEqual(['year=1999/month=01/day=01/hour=00']);
  });
});

describe('tables over text', () => {
  it('reads the CSV that the SageMaker SDK uploads', async () => {
    await fixture.text('csv/a.csv', '`a,1`,`2`,`1.5`,`true`,`1767225600123`\nb\\,c,3,0.5,false,0\n');
    await fixture.execute(`CREATE EXTERNAL TABLE sagemaker (a STRING, i INT, d DOUBLE, b BOOLEAN, t TIMESTAMP)
      ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' WITH SERDEPROPERTIES ("separatorChar" = ",", "quoteChar" = "\`", "escapeChar" = "\\\\") LOCATION 's3://${BUCKET}/csv';`);
    expect(await fixture.rows('SELECT * FROM sagemaker ORDER BY a')).toEqual([
      ['a,1', '2', '1.5', 'true', '2026-01-01 00:00:00.123'],
      ['b,c', '3', '0.5', 'false', '1970-01-01 00:00:00.000'],
    ]);
  });

  it('reads delimited text, with NULL for what does not parse, and JSON lines, also gzipped', async () => {
    await fixture.text('tsv/a.txt', 'x|1\n\\N|one\n');
    await fixture.execute(
      `CREATE EXTERNAL TABLE tsv (a string, n bigint) ROW FORMAT DELIMITED FIELDS TERMINATED BY '|' LOCATION 's3://${BUCKET}/tsv/'`,
    );
    expect(await fixture.rows('SELECT * FROM tsv ORDER BY a')).toEqual([
      ['x', '1'],
      [null, null],
    ]);
    await fixture.text('json/a.json', '{"a":1,"s":{"x":"q"},"l":[1,2]}\n');
    await fixture.text('json/b.json.gz', gzipSync('{"a":2}\n'));
    await fixture.execute(
      `CREATE EXTERNAL TABLE lines (a bigint, s struct<x:string>, l array<int>) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://${BUCKET}/json/'`,
    );
    expect(await fixture.rows('SELECT a, s.x, l FROM lines ORDER BY a')).toEqual([
      ['1', 'q', '[1, 2]'],
      ['2', null, null],
    ]);
  });

  it('shows what there is', async () => {
    expect(await fixture.rows(`SHOW TABLES 'l*'`)).toEqual([['lines']]);
    expect(
      (await fixture.rows('DESCRIBE lines')).map(([line]) =>
        line
          ?.split('\t')
          .map((part) => part.trim())
          .slice(0, 2),
      ),
    ).toEqual([
      ['a', 'bigint'],
      ['s', 'struct<x:string>'],
      ['l', 'array<int>'],
    ]);
    expect(await fixture.rows('SHOW DATABASES')).toEqual([['default']]);
    await fixture.execute('CREATE DATABASE IF NOT EXISTS other');
    expect((await fixture.execute('CREATE DATABASE other')).Status?.State).toBe('FAILED');
    expect((await fixture.execute('DROP TABLE IF EXISTS nothing')).Status?.State).toBe('SUCCEEDED');
    expect((await fixture.execute('DROP TABLE nothing')).Status?.StateChangeReason).toMatch(/^TABLE_NOT_FOUND/);
  });
});

describe('many small files', () => {
  it('scans 8,000 in a few seconds', { timeout: 60_000 }, async () => {
    await fixture.parquet('small/0.parquet', `SELECT i::BIGINT AS n, 'k' || i AS k, i / 2.0::DOUBLE AS d FROM range(50) t(i)`);
    const one = fixture.buckets.head(BUCKET, 'small/0.parquet');
    const { copyFileSync } = await import('node:fs');
    for (let i = 1; i < 8_000; i += 1) {
      const copy = `${one?.file}-${i}`;
      copyFileSync(one?.file ?? '', copy);
      await fixture.buckets.adopt(BUCKET, `small/${i}.parquet`, copy);
    }
    fixture.table('small', 'small', { n: 'bigint', k: 'string', d: 'double', added: 'string' });
    const startedMs = performance.now();
    expect(await fixture.rows('SELECT count(*), sum(n), count(added) FROM small')).toEqual([['400000', '9800000', '0']]);
    expect(performance.now() - startedMs).toBeLessThan(30_000);
  });
});
