/**
 * One part of a snapshot: its files are what the manifest says, its rows are written where the online store has not got
 * them, and every row is read back. Online only: a restore must not change history.
 *
 * What is equal already is not written, so a part that was killed in the middle is finished by doing it again. A version as
 * new as the row's or newer stays, unless the restore is exact. A put that an invisible tombstone wins against leaves the
 * record unreadable: only a hard delete takes such a thing away.
 */
import { TidemarkError } from '@tidemark/domain';
import { writeEntries } from '../ingest/write-records.ts';
import { loadJson, printJson } from '../ledger/json-objects.ts';
import { ledgerKeys } from '../ledger/ledger-keys.ts';
import { MOST_READS_A_CALL } from '../ports/feature-store.ts';
import { loadPart, type PartRows } from '../snapshot/load-part.ts';
import { digestCells } from '../snapshot/row-digests.ts';
import { inLanes } from './in-lanes.ts';
import { requirePlan } from './plan-restore.ts';
import { readOnline } from './read-online.ts';
import type { RestorePartDependencies } from './restore-dependencies.ts';
import type { RestoreGroup, RestorePlan, RestoreResult } from './restore-plan.ts';
import { type SnapshotRows, snapshotRows } from './snapshot-rows.ts';

/** What the distributed Map hands to `restore-part`. */
export interface PartToRestore {
  readonly planKey: string;
  readonly index: number;
  /** When the part's turn came, ISO-8601: no clock that judges expiry may be behind it. */
  readonly enteredAt: string;
}

type Outcome = 'equal' | 'newer' | 'expired' | 'hidden' | 'unequal';

export async function restorePart(
  deps: RestorePartDependencies,
  { planKey, index, enteredAt }: PartToRestore,
): Promise<{ index: number }> {
  const plan = await requirePlan(deps, planKey);
  const resultKey = ledgerKeys.restoreResult(plan.date, plan.id, index);
  if ((await loadJson(deps.objects, deps.ledger, resultKey)) !== undefined) return { index };
  const { group, part } = partOf(plan, index);
  const loaded = await loadPart(
    deps.objects,
    deps.snapshotBucket,
    part.files.map(({ key }) => key),
    group.columns,
  );
  if (JSON.stringify(sorted(loaded.digests)) !== JSON.stringify(sorted(part.digests))) {
    throw new TidemarkError('SNAPSHOT_DAMAGED', `part ${part.part} of group ${group.group} is not what the manifest says`);
  }
  const rows = snapshotRows(loaded.columns, group.ttlMs);
  const outcomes = new Array<Outcome>(rows.count);
  let written = 0;
  const nowMs = () => Math.max(deps.waiting.nowMs(), Date.parse(enteredAt));
  await inLanes(deps, rows.count, MOST_READS_A_CALL, async (start, end) => {
    const batch = { deps, group, rows, exact: plan.request.exact === true, nowMs, outcomes };
    // Added only when it is known: batches run side by side.
    const puts = await restoreBatch(
      batch,
      Array.from({ length: end - start }, (_, at) => start + at),
    );
    written += puts;
  });
  const count = (outcome: Outcome) => outcomes.reduce((sum, one) => sum + (one === outcome ? 1 : 0), 0);
  const result: RestoreResult = {
    index,
    group: group.group,
    rows: rows.count,
    written,
    equal: count('equal'),
    newer: count('newer'),
    expired: count('expired'),
    hidden: count('hidden'),
    unequal: count('unequal'),
    digests: digestEqual(loaded, outcomes),
  };
  await deps.objects.putOnce(deps.ledger, resultKey, printJson(result));
  return { index };
}

/** The pace is kept by the batches. */
const A_BATCH_AT_ONCE = { recordsPerSecond: Number.POSITIVE_INFINITY, callsInFlight: 4 };

interface Batch {
  readonly deps: RestorePartDependencies;
  readonly group: RestoreGroup;
  readonly rows: SnapshotRows;
  readonly exact: boolean;
  readonly nowMs: () => number;
  readonly outcomes: Outcome[];
}

/** As many rows as a read may ask for. Answers how many were written. */
async function restoreBatch(batch: Batch, all: readonly number[]): Promise<number> {
  const { rows, exact, outcomes } = batch;
  const live = all.filter((row) => !rows.isExpired(row, batch.nowMs()));
  for (const row of all) outcomes[row] = 'expired';
  const absent = await judge(batch, live, 'unequal');
  const erased = exact ? live.filter((row) => outcomes[row] === 'newer') : [];
  await erase(batch, erased);
  const open = live.filter((row) => outcomes[row] === 'unequal' || erased.includes(row));
  await put(batch, open);
  const unseen = await judge(batch, open, 'hidden');
  if (!exact || unseen.length === 0) return open.length;
  // Not there before and not there after it was taken: a deletion that cannot be seen stands above it.
  const buried = unseen.filter((row) => absent.includes(row) && outcomes[row] === 'hidden');
  await erase(batch, buried);
  await put(batch, buried);
  await judge(batch, buried, 'hidden');
  return open.length;
}

/** Reads rows and notes how each stands; of those that are not there, the outcome is `absent`, or expired by now. Answers these. */
async function judge(
  { deps, group, rows, nowMs, outcomes }: Batch,
  wanted: readonly number[],
  absent: Outcome,
): Promise<readonly number[]> {
  if (wanted.length === 0) return [];
  const features = group.columns.map(({ name }) => name);
  const found = await readOnline(deps, { groupName: group.target, entityKeys: wanted.map(rows.key), features });
  const missing: number[] = [];
  for (const row of wanted) {
    const online = found.get(rows.key(row));
    if (online === undefined) {
      missing.push(row);
      outcomes[row] = rows.isExpired(row, nowMs()) ? 'expired' : absent;
    } else {
      outcomes[row] = ({ equal: 'equal', earlier: 'unequal', later: 'newer' } as const)[rows.standing(row, online)];
    }
  }
  return missing;
}

async function put({ deps, group, rows }: Batch, wanted: readonly number[]): Promise<void> {
  const entries = wanted.map((row) => ({ groupName: group.target, record: rows.record(row), stores: 'online' as const }));
  await writeEntries({ ...deps, pace: A_BATCH_AT_ONCE }, entries);
}

async function erase({ deps, group, rows }: Batch, wanted: readonly number[]): Promise<void> {
  for (const row of wanted) await deps.eraser.erase(group.target, rows.key(row));
}

function partOf(plan: RestorePlan, index: number) {
  const part = plan.parts[index];
  const group = plan.groups.find((one) => one.group === part?.group);
  if (part === undefined || group === undefined)
    throw new TidemarkError('INTERNAL', `the plan of restore ${plan.id} has no part ${index}`);
  return { group, part };
}

const sorted = (digests: Readonly<Record<string, string>>) => Object.entries(digests).sort(([a], [b]) => (a < b ? -1 : 1));

function digestEqual(loaded: PartRows, outcomes: readonly Outcome[]): Record<string, string> {
  if (outcomes.every((outcome) => outcome === 'equal')) return { ...loaded.digests };
  const isEqual = (_: unknown, row: number) => outcomes[row] === 'equal';
  const columns = loaded.columns.map((column) => ({ ...column, cells: column.cells.filter(isEqual) }));
  return digestCells(columns, loaded.cells.filter(isEqual));
}
