import { expect, test } from 'vitest';
import { ServingCounts } from './serving-counts.ts';

const metricsOf = (lines: readonly string[]) => lines.map((line) => JSON.parse(line));

test('counts of a minute become rates of each group', () => {
  const counts = new ServingCounts();
  counts.add('dev-a-v1', { wanted: 3, hits: 3, failed: 0 });
  counts.add('dev-a-v1', { wanted: 5, hits: 1, failed: 2 });
  counts.add('dev-b-v1', { wanted: 1, hits: 0, failed: 1 });
  expect(metricsOf(counts.takeMetrics(1_000))).toMatchObject([
    { FeatureGroup: 'dev-a-v1', CacheHitRate: 50, ErrorRate: 25, RecordsServed: 8 },
    { FeatureGroup: 'dev-b-v1', CacheHitRate: 0, ErrorRate: 100, RecordsServed: 1 },
  ]);
});

test('they are given out once a minute, and begin again afterwards', () => {
  const counts = new ServingCounts();
  counts.add('dev-a-v1', { wanted: 1, hits: 1, failed: 0 });
  expect(counts.takeMetrics(0)).toHaveLength(1);
  counts.add('dev-a-v1', { wanted: 1, hits: 0, failed: 0 });
  expect(counts.takeMetrics(59_999)).toEqual([]);
  expect(metricsOf(counts.takeMetrics(60_000))).toMatchObject([{ CacheHitRate: 0, RecordsServed: 1 }]);
  expect(counts.takeMetrics(180_000)).toEqual([]);
});
