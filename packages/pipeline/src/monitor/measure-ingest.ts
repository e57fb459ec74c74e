/**
 * How long files wait, and how many rows of them are refused: from the ledger and the raw bucket alone, every few minutes.
 *
 * The lag of a group is the longest time from the writing of an object to its receipt, over the receipts since the last
 * measurement, and over what has none yet up to now.
 */
import type { Definitions } from '@tidemark/domain';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Receipt } from '../ingest/ingest-plan.ts';
import { loadReceipts } from '../ingest/load-receipts.ts';
import { recentObjects } from '../ingest/reconcile.ts';
import { datesBetween } from '../ledger/ledger-keys.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { printMetrics } from './embedded-metrics.ts';

export interface MeasureDependencies {
  readonly definitions: Definitions;
  readonly objects: ObjectStore;
  readonly catalogue: () => Promise<Catalogue>;
  readonly rawBucket: string;
  readonly ledger: string;
  readonly nowMs: () => number;
}

export interface MeasuredGroup {
  readonly group: string;
  readonly groupName: string;
  readonly ingestionLagSeconds: number;
  /** Objects without a receipt. */
  readonly waiting: number;
  /** Of the last 24 hours. */
  readonly rows: { readonly read: number; readonly quarantined: number };
  readonly refusedFiles: number;
}

/** Receipts are counted twice rather than not at all when a measurement comes late. */
const SINCE_MS = 10 * 60_000;
const DAY_MS = 86_400_000;

/** `known`: see {@link loadReceipts}. */
export async function measureIngest(deps: MeasureDependencies, known = new Map<string, Receipt>()): Promise<MeasuredGroup[]> {
  const nowMs = deps.nowMs();
  // A receipt stands under the day on which its object was written.
  const dates = datesBetween(nowMs - DAY_MS, nowMs);
  const receipts = (await loadReceipts(deps.objects, deps.ledger, dates, known)).filter(
    ({ sealedAt }) => Date.parse(sealedAt) > nowMs - DAY_MS,
  );
  const waiting = new Map<string, number[]>();
  for await (const { group, object, isSealed } of recentObjects(deps, nowMs)) {
    if (!isSealed) waiting.set(group, [...(waiting.get(group) ?? []), object.lastModifiedMs]);
  }
  const { groups } = await deps.catalogue();
  const fed = new Set(deps.definitions.sources.map((source) => source.group.name));
  return [...fed].flatMap((group) => {
    const groupName = groups[group]?.groupName;
    if (groupName === undefined) return [];
    return [
      measured(
        { group, groupName },
        receipts.filter((one) => one.group === group),
        waiting.get(group) ?? [],
        nowMs,
      ),
    ];
  });
}

export const printIngestMetrics = (nowMs: number, one: MeasuredGroup): string | undefined =>
  printMetrics(nowMs, one.groupName, ingestMetrics(one));

export const ingestMetrics = ({ ingestionLagSeconds, rows, refusedFiles }: MeasuredGroup) => ({
  IngestionLag: ingestionLagSeconds,
  QuarantinedRows: rows.quarantined,
  QuarantineRate: rows.read === 0 ? 0 : (rows.quarantined / rows.read) * 100,
  RefusedFiles: refusedFiles,
});

function measured(
  names: Pick<MeasuredGroup, 'group' | 'groupName'>,
  receipts: readonly Receipt[],
  waitingSinceMs: readonly number[],
  nowMs: number,
): MeasuredGroup {
  const sum = (pick: (receipt: Receipt) => number) => receipts.reduce((total, one) => total + pick(one), 0);
  const lags = receipts
    .filter(({ sealedAt, attempt }) => attempt === 0 && Date.parse(sealedAt) > nowMs - SINCE_MS)
    .map(({ uploadedAt, sealedAt }) => (uploadedAt === undefined ? 0 : Date.parse(sealedAt) - Date.parse(uploadedAt)));
  const ages = waitingSinceMs.map((sinceMs) => nowMs - sinceMs);
  return {
    ...names,
    ingestionLagSeconds: Math.max(0, ...lags, ...ages) / 1_000,
    waiting: waitingSinceMs.length,
    rows: { read: sum(({ rows }) => rows.read), quarantined: sum(({ rows }) => rows.quarantined) },
    refusedFiles: receipts.filter((one) => one.status === 'refused').length,
  };
}
