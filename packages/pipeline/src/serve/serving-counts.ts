/**
 * What serving measures of each group: how many records requests wanted, how many were in memory, how many could not be
 * read. Summed up and given out as metrics once a minute: a line for every request would cost more than the request.
 *
 * What was counted after the last request of an instance is lost with it.
 */
import { printMetrics } from '../monitor/embedded-metrics.ts';

const EVERY_MS = 60_000;

interface Counts {
  wanted: number;
  hits: number;
  failed: number;
}

export class ServingCounts {
  #counts = new Map<string, Counts>();
  #givenOutMs = Number.NEGATIVE_INFINITY;

  add(groupName: string, { wanted, hits, failed }: Readonly<Counts>): void {
    const counts = this.#counts.get(groupName);
    if (counts === undefined) {
      this.#counts.set(groupName, { wanted, hits, failed });
      return;
    }
    counts.wanted += wanted;
    counts.hits += hits;
    counts.failed += failed;
  }

  /** A line of metrics for each group, when a minute has passed since the last ones. */
  takeMetrics(nowMs: number): string[] {
    if (nowMs - this.#givenOutMs < EVERY_MS || this.#counts.size === 0) return [];
    const lines = [...this.#counts].flatMap(([groupName, { wanted, hits, failed }]) => {
      if (wanted === 0) return [];
      const percent = (count: number) => (count / wanted) * 100;
      return printMetrics(nowMs, groupName, {
        CacheHitRate: percent(hits),
        ErrorRate: percent(failed),
        RecordsServed: wanted,
      }) as string;
    });
    this.#counts = new Map();
    this.#givenOutMs = nowMs;
    return lines;
  }
}
