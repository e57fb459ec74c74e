import { expect, test } from 'vitest';
import { ServingCounts } from '../serve/serving-counts.ts';
import type { ComparedGroup } from './compare-group.ts';
import { printMetrics } from './embedded-metrics.ts';
import { type MeasuredGroup, printIngestMetrics } from './measure-ingest.ts';
import { metrics } from './metrics.ts';
import { metricsOf } from './publish-monitor.ts';

const compared: ComparedGroup = {
  group: 'a',
  groupName: 'dev-a-v1',
  outcome: 'compared',
  entities: { compared: 200, inconsistent: 1, inFlight: 0, unread: 0 },
  consistency: { rate: 0.995, low: 0.97, high: 0.999 },
  isWhole: false,
  kinds: { stale: 1, 'clock-skew': 2 },
  completeness: { share: 0.9, features: { b: 0.9 } },
  newestEventTime: '2026-01-10T11:00:00.000Z',
  eventLagSeconds: 3_600,
  onlineRecords: { listed: 200, isWhole: false },
  historyBytes: 1_000,
  findingsKey: undefined,
};
const measured: MeasuredGroup = {
  group: 'a',
  groupName: 'dev-a-v1',
  ingestionLagSeconds: 12,
  waiting: 1,
  rows: { read: 200, quarantined: 3 },
  refusedFiles: 1,
};

/** The metrics that a line declares, as CloudWatch reads it. */
function declared(line: string | undefined): Record<string, { unit: string; value: number }> {
  const record = JSON.parse(line ?? '{}');
  const [directive] = record._aws.CloudWatchMetrics;
  expect(directive).toMatchObject({ Namespace: 'FeatureStore', Dimensions: [['FeatureGroup']] });
  expect(record.FeatureGroup).toBe('dev-a-v1');
  return Object.fromEntries(
    directive.Metrics.map(({ Name, Unit }: { Name: string; Unit: string }) => [Name, { unit: Unit, value: record[Name] }]),
  );
}

const counts = new ServingCounts();
counts.add('dev-a-v1', { wanted: 4, hits: 1, failed: 1 });
const emitted = {
  ...declared(printMetrics(0, compared.groupName, metricsOf(compared))),
  ...declared(printIngestMetrics(0, measured)),
  ...declared(counts.takeMetrics(0)[0]),
};

test('every metric of the table is emitted by something, under its unit', () => {
  // Counts of events are published by the function that counts them: packages/functions/src/stream/publish-counts.ts.
  const ours = Object.entries(metrics).filter(([name]) => !name.startsWith('Events'));
  expect(
    Object.entries(emitted)
      .map(([name, { unit }]) => [name, unit])
      .sort(),
  ).toEqual(ours.sort());
});

test('percentages are from 0 to 100', () => {
  const percents = Object.entries(emitted).filter(([, { unit }]) => unit === 'Percent');
  expect(Object.fromEntries(percents.map(([name, { value }]) => [name, value]))).toEqual({
    FeatureCompleteness: 90,
    ConsistencyRate: 99.5,
    ConsistencyRateLow: 97,
    ConsistencyRateHigh: 99.9,
    QuarantineRate: 1.5,
    CacheHitRate: 25,
    ErrorRate: 25,
  });
});

test('what was not measured is left out, and nothing at all makes no line', () => {
  const { completeness: _, ...windows } = compared;
  const line = printMetrics(0, 'dev-a-v1', metricsOf({ ...windows, completeness: undefined, consistency: undefined }));
  expect(Object.keys(declared(line))).toEqual(['EventLag', 'ConsistencySamples', 'Inconsistencies']);
  expect(printMetrics(0, 'dev-a-v1', { EventLag: undefined })).toBeUndefined();
});
