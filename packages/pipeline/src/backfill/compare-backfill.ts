/**
 * Prepares the comparison of a group's candidates with its history: one UNLOAD, partitioned into buckets of whole entities.
 * The machine waits until the history shows what was written before (`settledAt`), then runs it.
 */
import { NS_PER, type Precision, TidemarkError, toMs } from '@tidemark/domain';
import { planComparison, printUnload } from '@tidemark/sql';
import { type OfflineTable, resolveGroup } from '../catalogue/catalogue.ts';
import { historyFiles, sumBytes } from '../catalogue/history-files.ts';
import { historyTable } from '../catalogue/history-table.ts';
import type { Receipt } from '../ingest/ingest-plan.ts';
import { loadJson } from '../ledger/json-objects.ts';
import { dateOf, datesBetween, ledgerKeys } from '../ledger/ledger-keys.ts';
import type { ComparisonDependencies } from './backfill-dependencies.ts';
import {
  type BackfillProgress,
  backfillKeys,
  type ComparedBackfill,
  candidateTableOf,
  type GroupBackfill,
  type ReadResult,
} from './backfill-plan.ts';
import { findBackfilled } from './backfill-request.ts';
import { enterStep } from './backfill-step.ts';
import { boundsOf, candidateTableColumns, comparedColumns, comparisonUnit } from './candidates.ts';
import { loadResults } from './load-results.ts';

const CANDIDATES_A_BUCKET = 25_000;
/** What one UNLOAD can write. */
const MOST_BUCKETS = 100;

export interface CompareRequest extends GroupBackfill {
  /** Each into a prefix of its own: a failed UNLOAD leaves files behind. */
  readonly attempt: number;
}

export async function compareBackfill(deps: ComparisonDependencies, request: CompareRequest): Promise<ComparedBackfill> {
  const { id, group: name, startedAt, attempt } = request;
  await enterStep(deps, request);
  const { group } = findBackfilled(deps.definitions, name);
  const results = await loadResults<ReadResult>(deps.objects, deps.workBucket, backfillKeys.readResults(id, name));
  const candidates = results.reduce((sum, one) => sum + one.candidates, 0);
  const bounds = boundsOf(
    results.flatMap(({ earliest, latest }) => [earliest, latest].flatMap((time) => (time === undefined ? [] : [BigInt(time)]))),
  );
  const bucketListKey = ledgerKeys.backfillBuckets(dateOf(Date.parse(startedAt)), id, name);
  const answer = {
    ledger: deps.ledger,
    bucketListKey,
    resultLocation: `s3://${deps.workBucket}/${backfillKeys.queryResults(id, name)}`,
  };
  if (bounds === undefined) {
    return { ...answer, outcome: 'nothing', queryString: '', settledAt: startedAt, estimatedScanBytes: 0 };
  }

  const { offline } = resolveGroup(await deps.catalogue(), group);
  if (offline === undefined) throw new TidemarkError('BACKFILL_NOT_POSSIBLE', `group ${name} keeps no history`, { field: name });
  const table = { database: deps.database, name: candidateTableOf(id, name) };
  await deps.tables.ensureDatabase(deps.database);
  await deps.tables.put({
    ...table,
    location: `s3://${deps.workBucket}/${backfillKeys.candidates(id, name)}`,
    columns: candidateTableColumns(group),
    partitionKeys: [],
    parameters: {},
  });

  const unit = comparisonUnit(group);
  const buckets = Math.min(MOST_BUCKETS, Math.ceil(candidates / CANDIDATES_A_BUCKET));
  await deps.objects.put(deps.ledger, bucketListKey, JSON.stringify(Array.from({ length: buckets }, (_, index) => ({ index }))));
  const query = planComparison({
    unit,
    candidates: { table, ...bounds },
    history: historyTable(offline, { bounded: true }),
    wholeHistory: historyTable(offline, { bounded: false }).table,
    columns: comparedColumns(group),
    buckets,
  });
  return {
    ...answer,
    outcome: 'query',
    queryString: printUnload(query, {
      location: `s3://${deps.workBucket}/${backfillKeys.compared(id, name, attempt)}`,
      partitionedBy: ['bucket'],
      compression: 'SNAPPY',
    }),
    settledAt: new Date(Math.max(Date.parse(startedAt), (await lastWriteMs(deps, request)) + deps.offlineDelayMs)).toISOString(),
    estimatedScanBytes: await scanBytes(deps, offline, unit, bounds),
  };
}

function scanBytes(
  deps: ComparisonDependencies,
  offline: OfflineTable,
  unit: Precision,
  { earliest, latest }: { earliest: bigint; latest: bigint },
): Promise<number> {
  const inMs = (time: bigint) => toMs(time * NS_PER[unit]);
  return sumBytes(historyFiles(deps.objects, offline, { fromMs: inMs(earliest), toMs: inMs(latest) + 1 }));
}

/** When an ingest or a backfill of the group was sealed last, by the store's clock; of those that may still be on their way. */
async function lastWriteMs(deps: ComparisonDependencies, { group, startedAt }: CompareRequest): Promise<number> {
  const startedMs = Date.parse(startedAt);
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const date of datesBetween(startedMs - deps.offlineDelayMs, startedMs)) {
    for await (const { key, lastModifiedMs } of deps.objects.list(deps.ledger, ledgerKeys.receiptDay(date))) {
      if (lastModifiedMs <= Math.max(lastMs, startedMs - deps.offlineDelayMs)) continue;
      const receipt = await loadJson<Receipt>(deps.objects, deps.ledger, key);
      if (receipt?.group === group && receipt.rows.accepted > 0) lastMs = lastModifiedMs;
    }
  }
  const progress = await loadJson<BackfillProgress>(deps.objects, deps.ledger, ledgerKeys.backfillProgress(group));
  const key = progress?.writtenReceiptKey;
  const head = key === undefined ? undefined : await deps.objects.head({ bucket: deps.ledger, key });
  return Math.max(lastMs, head?.lastModifiedMs ?? Number.NEGATIVE_INFINITY);
}
