/**
 * CloudWatch metrics: what functions print in the embedded metric format, summed up per minute.
 *
 * Gaps
 * - No network endpoint: current clients speak rpc-v2-cbor or query, which the wire layer does not have for this
 *   service; `cloudwatch` calls answer as an unknown service. Metrics are read in process.
 * - No percentiles: a minute keeps count, sum, least and greatest. No alarms, no PutMetricData.
 *
 * Differences by design
 * - One-minute resolution for all, kept for 15 days and at most 10,000 series; what is beyond is dropped and logged.
 * - Written behind, once a second: a crash may lose the last second. Metrics are for looking at, nothing depends on them.
 *
 * Client quirks
 * - Powertools prints one line with several values of a metric as an array.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineContext } from '../engine-context.ts';
import { type MetricValue, parseEmbeddedMetrics } from './embedded-metrics.ts';
import { type MetricSeries, openMetricStore, type StatisticSet } from './metric-store.ts';

export interface MetricQuery {
  readonly namespace: string;
  readonly name: string;
  /** Exactly these; left out: all series of the name together. */
  readonly dimensions?: Readonly<Record<string, string>>;
  /** `[fromMs, toMs)`, UTC; a multiple of minutes is the finest there is. */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly periodMs?: number;
}

export interface Metrics {
  /** Takes a line that a function printed; anything but embedded metrics is ignored. */
  capture(functionName: string, line: string): void;
  list(filter?: { namespace?: string; name?: string }): MetricSeries[];
  /** One statistic set a period that has values, in order of time. */
  query(query: MetricQuery): StatisticSet[];
  stop(): void;
}

const WRITE_EVERY_MS = 1_000;

export function createMetrics(context: EngineContext): Metrics {
  const directory = join(context.dataDir, 'cloudwatch');
  mkdirSync(directory, { recursive: true });
  const store = openMetricStore(join(directory, 'metrics.db'), context.log);
  const warned = new Set<string>();
  let pending: MetricValue[] = [];
  let cancel: (() => void) | undefined;

  const write = () => {
    cancel?.();
    cancel = undefined;
    if (pending.length > 0) store.add(pending, context.clock.nowMs());
    pending = [];
  };

  return {
    capture(functionName, line) {
      const values = parseEmbeddedMetrics(line, (why) => {
        const warning = `cloudwatch: ${functionName}: ${why}`;
        if (warned.size < 1_000 && !warned.has(warning)) context.log(warning);
        warned.add(warning);
      });
      if (values.length === 0) return;
      pending.push(...values);
      cancel ??= context.clock.at(context.clock.nowMs() + WRITE_EVERY_MS, write);
    },
    list(filter = {}) {
      write();
      return store.list(filter.namespace, filter.name);
    },
    query({ namespace, name, dimensions, fromMs = 0, toMs = Number.MAX_SAFE_INTEGER, periodMs = 60_000 }) {
      write();
      return store.query({ namespace, name, dimensions, fromMs, toMs, periodMs });
    },
    stop() {
      write();
      store.close();
    },
  };
}
