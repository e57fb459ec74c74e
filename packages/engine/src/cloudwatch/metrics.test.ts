import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestContext } from '../lambda/lambda.fixture.ts';
import { createEngineClock } from '../time/engine-clock.ts';
import { parseEmbeddedMetrics } from './embedded-metrics.ts';
import { openMetricStore } from './metric-store.ts';
import { createMetrics, type Metrics } from './metrics.ts';

const NOW_MS = Date.UTC(2026, 0, 10, 12, 0, 30);
const line = (values: object, changes: object = {}, timestampMs = NOW_MS) =>
  JSON.stringify({
    _aws: {
      Timestamp: timestampMs,
      CloudWatchMetrics: [
        { Namespace: 'Tidemark', Dimensions: [['group']], Metrics: [{ Name: 'Rows', Unit: 'Count' }], ...changes },
      ],
    },
    group: 'airports',
    ...values,
  });

let context: ReturnType<typeof createTestContext>;
let metrics: Metrics;
beforeEach(() => {
  context = createTestContext({ clock: createEngineClock(() => NOW_MS) });
  metrics = createMetrics(context);
});
afterEach(() => {
  metrics.stop();
  context[Symbol.dispose]();
});

describe('metrics', () => {
  it('are summed up per minute over lines and arrays of values', () => {
    metrics.capture('ingest', line({ Rows: 3 }));
    metrics.capture('ingest', line({ Rows: [1, 10] }));
    metrics.capture('ingest', line({ Rows: 5 }, {}, NOW_MS + 60_000));
    metrics.capture('ingest', 'just a line');
    const minuteMs = NOW_MS - 30_000;
    expect(metrics.query({ namespace: 'Tidemark', name: 'Rows' })).toEqual([
      { timestampMs: minuteMs, sampleCount: 3, sum: 14, minimum: 1, maximum: 10 },
      { timestampMs: minuteMs + 60_000, sampleCount: 1, sum: 5, minimum: 5, maximum: 5 },
    ]);
    expect(metrics.query({ namespace: 'Tidemark', name: 'Rows', periodMs: 3_600_000 })).toEqual([
      { timestampMs: Date.UTC(2026, 0, 10, 12), sampleCount: 4, sum: 19, minimum: 1, maximum: 10 },
    ]);
    expect(metrics.query({ namespace: 'Tidemark', name: 'Rows', fromMs: minuteMs + 60_000 })).toHaveLength(1);
  });

  it('keep dimension sets apart, whatever the order of their keys', () => {
    metrics.capture('ingest', line({ Rows: 1, stage: 'dev' }, { Dimensions: [['group', 'stage'], ['stage', 'group'], []] }));
    expect(metrics.list()).toEqual([
      { namespace: 'Tidemark', name: 'Rows', unit: 'Count', dimensions: { group: 'airports', stage: 'dev' } },
      { namespace: 'Tidemark', name: 'Rows', unit: 'Count', dimensions: {} },
    ]);
    expect(
      metrics.query({ namespace: 'Tidemark', name: 'Rows', dimensions: { stage: 'dev', group: 'airports' } })[0]?.sampleCount,
    ).toBe(2);
    expect(metrics.query({ namespace: 'Tidemark', name: 'Rows', dimensions: { group: 'routes' } })).toEqual([]);
    expect(metrics.list({ name: 'Other' })).toEqual([]);
  });

  it('outlive a restart', () => {
    metrics.capture('ingest', line({ Rows: 3 }));
    metrics.stop();
    metrics = createMetrics(context);
    expect(metrics.query({ namespace: 'Tidemark', name: 'Rows' })[0]?.sum).toBe(3);
  });

  it('that are malformed are left out and told once', () => {
    metrics.capture('ingest', line({}));
    metrics.capture('ingest', line({}));
    expect(metrics.list()).toEqual([]);
    expect(context.logged).toEqual(['cloudwatch: ingest: Tidemark: the metric Rows has no number']);
  });

  it('older than 15 days and beyond the number of series are dropped', () => {
    const logged: string[] = [];
    const store = openMetricStore(':memory:', (text) => void logged.push(text), 2);
    const value = (name: string, timestampMs: number) => ({
      namespace: 'n',
      name,
      unit: 'None',
      dimensions: {},
      timestampMs,
      values: [1],
    });
    store.add([value('a', NOW_MS), value('b', NOW_MS - 16 * 86_400_000), value('c', NOW_MS)], NOW_MS);
    expect(store.list(undefined, undefined).map(({ name }) => name)).toEqual(['a', 'b']);
    const all = { namespace: 'n', dimensions: undefined, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, periodMs: 60_000 };
    expect(store.query({ ...all, name: 'a' })).toHaveLength(1);
    expect(store.query({ ...all, name: 'b' })).toHaveLength(0);
    expect(logged).toHaveLength(1);
    store.close();
  });
});

it.each([
  { why: 'an absent dimension', text: line({ Rows: 1 }, { Dimensions: [['absent']] }) },
  { why: 'no namespace', text: line({ Rows: 1 }, { Namespace: undefined }) },
  { why: 'a metric that is text', text: line({ Rows: '1' }) },
  { why: 'a timestamp that is text', text: line({ Rows: 1 }).replace(String(NOW_MS), '"now"') },
])('a line with $why gives nothing and a reason', ({ text }) => {
  const reasons: string[] = [];
  expect(parseEmbeddedMetrics(text, (why) => void reasons.push(why))).toEqual([]);
  expect(reasons).toHaveLength(1);
});
