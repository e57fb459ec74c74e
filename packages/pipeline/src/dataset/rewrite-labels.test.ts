import { defineEntity, defineFeatureStore, defineGroup, defineView, integral, join } from '@tidemark/domain';
import { expect, test } from 'vitest';
import { readParquetColumns } from '../files/parquet-write.ts';
import { createMemoryObjectStore } from '../memory-object-store.fixture.ts';
import type { DatasetDependencies } from './dataset-dependencies.ts';
import { workKeys } from './dataset-plan.ts';
import { parseDatasetRequest } from './dataset-request.ts';
import { rewriteLabels } from './rewrite-labels.ts';

const meter = defineEntity({ name: 'meter', key: { site: 'string', number: 'integral' } });
const readings = defineGroup({ name: 'readings', entity: meter, features: { level: integral() } });
const view = defineView({
  name: 'alarm',
  keys: { site: 'string', number: 'integral' },
  joins: [join(readings, { key: { site: 'site', number: 'number' }, select: { level: 'level' } })],
});
const definitions = defineFeatureStore({ groups: [readings], sources: [], views: [view] });

async function rewrite(
  files: Readonly<Record<string, string>>,
  request: { labelTime?: string; keys?: Record<string, string> } = {},
) {
  const objects = createMemoryObjectStore();
  for (const [key, text] of Object.entries(files)) await objects.put('raw', key, text);
  const deps = { definitions, objects, workBucket: 'work' } as unknown as DatasetDependencies;
  const parsed = parseDatasetRequest(definitions, { view: 'alarm', labels: 's3://raw/labels/', labelTime: 'at', ...request });
  const prepared = await rewriteLabels(deps, 'id', parsed);
  const stored = await objects.read({ bucket: 'work', key: workKeys.labelRange('id', 0) });
  return { prepared, columns: await readParquetColumns(stored ?? new Uint8Array()) };
}

const csv = 'site,number,at,alarm\na|b,007,2026-01-31T09:00:00Z,yes\n,1,2026-01-31T08:00:00.000001Z,no\n';

test('each label gets its ordinal, its time as an integer and its canonical key; its own columns stay', async () => {
  const { prepared, columns } = await rewrite({ 'labels/a.csv': csv });
  expect(columns).toMatchObject({
    label_row: [0n, 1n],
    label_time: [1_769_850_000_000_000n, 1_769_846_400_000_001n],
    key_0: ['a\\|b|7', null],
    label_0: ['a|b', ''],
    label_3: ['yes', 'no'],
  });
  expect(prepared).toMatchObject({
    rows: 2,
    earliest: '1769846400000001',
    latest: '1769850000000000',
    ranges: [{ index: 0, rows: 2 }],
  });
});

test('several files are one sequence, in the order of their keys', async () => {
  const { columns } = await rewrite({
    'labels/b.csv': csv,
    'labels/a.csv': 'site,number,at,alarm\nx,1,2026-01-31T09:00:00Z,z\n',
  });
  expect(columns.label_row).toEqual([0n, 1n, 2n]);
  expect(columns.label_3).toEqual(['z', 'yes', 'no']);
});

test.each([
  { why: 'no object', files: {}, code: 'PIT_LABELS_NOT_FOUND' },
  { why: 'no format', files: { 'labels/a.txt': 'x' }, code: 'PIT_LABELS_UNREADABLE' },
  { why: 'a header only', files: { 'labels/a.csv': 'site,number,at\n' }, code: 'PIT_LABELS_UNREADABLE' },
  { why: 'a damaged row', files: { 'labels/a.csv': `${csv}x,1\n` }, code: 'PIT_LABELS_UNREADABLE' },
  { why: 'no time column', files: { 'labels/a.csv': 'site,number\na,1\n' }, code: 'PIT_LABEL_TIME_MISSING' },
  { why: 'a label without a time', files: { 'labels/a.csv': 'site,number,at\na,1,\n' }, code: 'PIT_LABEL_TIME_MISSING' },
  {
    why: 'a time with an offset',
    files: { 'labels/a.csv': 'site,number,at\na,1,2026-01-31T09:00:00+01:00\n' },
    code: 'PIT_LABEL_TIME_MALFORMED',
  },
  {
    why: 'a time finer than a microsecond',
    files: { 'labels/a.csv': 'site,number,at\na,1,2026-01-31T09:00:00.0000001Z\n' },
    code: 'PIT_LABEL_TIME_TOO_FINE',
  },
  { why: 'no key column', files: { 'labels/a.csv': 'site,at\na,2026-01-31T09:00:00Z\n' }, code: 'PIT_LABEL_COLUMN_MISSING' },
  {
    why: 'a column with the name of a feature',
    files: { 'labels/a.csv': 'site,number,at,level\na,1,2026-01-31T09:00:00Z,5\n' },
    code: 'PIT_LABEL_COLUMN_CLASH',
  },
  {
    why: 'a key that is no whole number',
    files: { 'labels/a.csv': 'site,number,at\na,one,2026-01-31T09:00:00Z\n' },
    code: 'PIT_LABELS_UNREADABLE',
  },
  {
    why: 'JSON lines that change a type',
    files: {
      'labels/a.jsonl':
        '{"site":"a","number":1,"at":"2026-01-31T09:00:00Z","y":1}\n{"site":"a","number":1,"at":"2026-01-31T09:00:00Z","y":"one"}\n',
    },
    code: 'PIT_LABELS_UNREADABLE',
  },
])('labels are refused before a query is paid for: $why', async ({ files, code }) => {
  await expect(rewrite(files as Record<string, string>)).rejects.toMatchObject({ code });
});

test.each([
  { why: 'an unknown view', request: { view: 'nothing' }, code: 'VIEW_UNKNOWN' },
  { why: 'labels that are no location', request: { labels: 'labels.csv' }, code: 'PIT_OPTION_INVALID' },
  { why: 'a boundary that does not exist', request: { boundary: 'after' }, code: 'PIT_OPTION_INVALID' },
  { why: 'a key that the view does not have', request: { keys: { gate: 'x' } }, code: 'PIT_OPTION_INVALID' },
  { why: 'a limit of nothing', request: { scanLimitBytes: 0 }, code: 'PIT_OPTION_INVALID' },
])('a request is refused: $why', ({ request, code }) => {
  const given = { view: 'alarm', labels: 's3://raw/labels/', labelTime: 'at', ...request };
  expect(() => parseDatasetRequest(definitions, given as never)).toThrow(expect.objectContaining({ code }));
});
