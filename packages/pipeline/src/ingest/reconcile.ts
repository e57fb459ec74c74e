/**
 * Compares the raw bucket with the receipts and starts what is missing: an event that never came, an execution that
 * failed. Looks back over a few days only; an object counts for the day it was written. Also writes the summary of each
 * day that has ended, so that nobody has to list its receipts again.
 */
import type { Definitions } from '@tidemark/domain';
import { loadJson, printJson, requireJson } from '../ledger/json-objects.ts';
import { dateOf, ingestIdOf, ledgerKeys } from '../ledger/ledger-keys.ts';
import type { Executions } from '../ports/executions.ts';
import type { ListedObject, ObjectStore } from '../ports/object-store.ts';
import type { Receipt } from './ingest-plan.ts';

export interface ReconcileDependencies {
  readonly definitions: Definitions;
  readonly objects: ObjectStore;
  readonly executions: Executions;
  readonly rawBucket: string;
  readonly ledger: string;
  readonly nowMs: () => number;
}

export interface Reconciliation {
  readonly looked: number;
  readonly started: number;
  readonly redriven: number;
  readonly running: number;
  readonly summaries: readonly string[];
}

const LOOK_BACK_DAYS = 3;
/** Younger objects have an event on its way. */
const GRACE_MS = 60_000;
const DAY_MS = 86_400_000;

export async function reconcile(deps: ReconcileDependencies): Promise<Reconciliation> {
  const nowMs = deps.nowMs();
  const found = { looked: 0, started: 0, redriven: 0, running: 0 };
  for await (const { ingestId, object, isSealed } of recentObjects(deps, nowMs)) {
    if (object.lastModifiedMs > nowMs - GRACE_MS) continue;
    found.looked++;
    if (!isSealed) found[await startOrRedrive(deps, ingestId, object)]++;
  }
  return { ...found, summaries: await summarise(deps, nowMs) };
}

export interface RecentObject {
  readonly group: string;
  readonly ingestId: string;
  readonly object: ListedObject;
  /** Whether its ingest has a receipt. */
  readonly isSealed: boolean;
}

/** The objects of every source that were written in the last days. */
export async function* recentObjects(
  deps: Pick<ReconcileDependencies, 'definitions' | 'objects' | 'rawBucket' | 'ledger'>,
  nowMs: number,
): AsyncGenerator<RecentObject> {
  const oldestMs = nowMs - LOOK_BACK_DAYS * DAY_MS;
  const receipts = new Map<string, Set<string>>();
  for (const { prefix, group } of deps.definitions.sources) {
    for await (const object of deps.objects.listVersions(deps.rawBucket, prefix)) {
      if (object.lastModifiedMs < oldestMs) continue;
      const date = dateOf(object.lastModifiedMs);
      if (!receipts.has(date)) receipts.set(date, await receiptIds(deps, date));
      const ingestId = ingestIdOf({ bucket: deps.rawBucket, key: object.key, versionId: object.versionId }, 0);
      yield { group: group.name, ingestId, object, isSealed: receipts.get(date)?.has(ingestId) === true };
    }
  }
}

async function receiptIds(deps: Pick<ReconcileDependencies, 'objects' | 'ledger'>, date: string): Promise<Set<string>> {
  const ids = new Set<string>();
  const prefix = ledgerKeys.receiptDay(date);
  for await (const { key } of deps.objects.list(deps.ledger, prefix)) ids.add(key.slice(prefix.length, -'.json'.length));
  return ids;
}

async function startOrRedrive(
  deps: ReconcileDependencies,
  ingestId: string,
  object: { key: string; versionId?: string | undefined },
): Promise<'started' | 'redriven' | 'running'> {
  const input = { bucket: deps.rawBucket, key: object.key, versionId: object.versionId ?? '', attempt: 0 };
  if ((await deps.executions.start('ingest', ingestId, input)) === 'started') return 'started';
  const status = await deps.executions.status('ingest', ingestId);
  if (status === 'RUNNING' || status === 'PENDING_REDRIVE' || status === 'SUCCEEDED' || status === undefined) return 'running';
  await deps.executions.redrive('ingest', ingestId);
  return 'redriven';
}

export interface DaySummary {
  readonly date: string;
  readonly ingests: Readonly<Record<Receipt['status'], number>>;
  readonly rows: { readonly read: number; readonly accepted: number; readonly quarantined: number };
}

/** Sums up each of the last days that has ended and has no summary yet. */
async function summarise(deps: ReconcileDependencies, nowMs: number): Promise<string[]> {
  const written: string[] = [];
  for (let back = 1; back <= LOOK_BACK_DAYS; back++) {
    const date = dateOf(nowMs - back * DAY_MS);
    if ((await loadJson(deps.objects, deps.ledger, ledgerKeys.summary(date))) !== undefined) continue;
    const receipts: Receipt[] = [];
    for await (const { key } of deps.objects.list(deps.ledger, ledgerKeys.receiptDay(date))) {
      receipts.push(await requireJson<Receipt>(deps.objects, deps.ledger, key));
    }
    if (receipts.length === 0) continue;
    await deps.objects.putOnce(deps.ledger, ledgerKeys.summary(date), printJson(summaryOf(date, receipts)));
    written.push(date);
  }
  return written;
}

export function summaryOf(date: string, receipts: readonly Receipt[]): DaySummary {
  const sum = (pick: (receipt: Receipt) => number) => receipts.reduce((total, receipt) => total + pick(receipt), 0);
  const count = (status: Receipt['status']) => receipts.filter((receipt) => receipt.status === status).length;
  return {
    date,
    ingests: { sealed: count('sealed'), refused: count('refused'), unchanged: count('unchanged') },
    rows: {
      read: sum((one) => one.rows.read),
      accepted: sum((one) => one.rows.accepted),
      quarantined: sum((one) => one.rows.quarantined),
    },
  };
}
