import { expect, it } from 'vitest';
import { formatOf } from './file-format.ts';

it.each([
  { key: 'a/b.csv', format: 'csv', gzip: false },
  { key: 'a/b.CSV.GZ', format: 'csv', gzip: true },
  { key: 'a/b.jsonl', format: 'jsonl', gzip: false },
  { key: 'a/b.ndjson.gz', format: 'jsonl', gzip: true },
  { key: 'a/b.json', format: 'jsonl', gzip: false },
  { key: 'a/Zürich 100%+.parquet', format: 'parquet', gzip: false },
])('$key is $format, gzip $gzip', ({ key, format, gzip }) => {
  expect(formatOf(key)).toEqual({ format, gzip });
});

it.each([
  { key: 'a/b', why: 'no ending' },
  { key: 'a/csv', why: 'an ending needs its dot' },
  { key: 'a/b.csv.bak', why: 'another ending behind it' },
  { key: 'a/b.csv/part', why: 'a folder with the ending' },
  { key: 'a/b.parquet.gz', why: 'Parquet compresses its own pages' },
  { key: 'a/b.gz', why: 'compressed what?' },
])('$key is of no format: $why', ({ key }) => {
  expect(formatOf(key)).toBeUndefined();
});
