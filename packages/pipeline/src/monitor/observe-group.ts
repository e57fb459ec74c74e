/**
 * First look: which online records there are, before the delay that lets the history catch up; and the query that will read
 * the history afterwards.
 *
 * The online store is listed as far as the limit goes, and the next run goes on from there, so that a large group has been
 * seen whole after some runs.
 */
import { type Group, isWindowed, NS_PER, type Precision, TidemarkError, type WindowedGroup } from '@tidemark/domain';
import { bucketOf, planEventRows, planNewestRows, printUnload, type Query } from '@tidemark/sql';
import type { OfflineTable } from '../catalogue/catalogue.ts';
import type { EventSpan } from '../catalogue/history-files.ts';
import { historyTable } from '../catalogue/history-table.ts';
import { loadJson } from '../ledger/json-objects.ts';
import type { FeatureReader, RecordLister } from '../ports/feature-store.ts';
import { type GroupState, limitsOf, type MonitorDependencies, monitorKeys } from './monitor-request.ts';
import { monitoredGroup } from './monitored-group.ts';
import { type HistoryFiles, listHistory, windowOf } from './observed-history.ts';
import { readOnline, recordFeaturesOf, type WireRecord } from './online-state.ts';

export interface ObserveDependencies extends MonitorDependencies {
  readonly reader: FeatureReader;
  readonly lister: RecordLister;
}

/** What `observe-group` answers to the machine. */
export interface ObservedGroup {
  readonly queryString: string;
  readonly resultLocation: string;
}

/** What was seen, kept in the work bucket until it is judged. */
export interface SeenGroup {
  /** Before the first record was looked at, by the clock of the services. */
  readonly settledAtMs: number;
  readonly window: EventSpan;
  readonly history: HistoryFiles;
  /** Whether every record of the online store was listed. */
  readonly isWhole: boolean;
  readonly records: readonly (readonly [entityKey: string, record: WireRecord])[];
  /** Entity keys that were listed and could not be read. */
  readonly unread: readonly string[];
}

/** How far ahead of their arrival event times may lie. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000;
const FEWEST_LISTED = 5_000;
const SQL_TYPE = { String: 'varchar', Integral: 'bigint', Fractional: 'double' } as const;
const LAST_BIGINT = 2n ** 63n - 1n;

/** @throws MONITOR_SCAN_TOO_LARGE, GROUP_UNKNOWN */
export async function observeGroup(deps: ObserveDependencies, state: GroupState): Promise<ObservedGroup> {
  const limits = limitsOf(state.request);
  const { group, groupName, offline } = await monitoredGroup(deps, state);
  const settledAtMs = Date.parse(state.startedAt);
  const window = windowOf(state.request.scope, settledAtMs);
  const history = await listHistory(deps.objects, offline, window);
  if (history.bytes > limits.scanLimitBytes) {
    throw new TidemarkError(
      'MONITOR_SCAN_TOO_LARGE',
      `the history of ${group.name} to read is ${history.bytes} bytes, the limit is ${limits.scanLimitBytes}: raise scanLimitBytes or leave the group out`,
      { field: 'scanLimitBytes' },
    );
  }
  const { entityKeys, isWhole } = await listEntities(deps, state, groupName, Math.max(limits.entities, FEWEST_LISTED));
  const { records, failed } = await readOnline(deps, groupName, recordFeaturesOf(group), entityKeys);
  const seen: SeenGroup = { settledAtMs, window, history, isWhole, records: [...records], unread: [...failed] };
  await deps.objects.put(deps.workBucket, monitorKeys.seen(state.id, group.name), JSON.stringify(seen));
  const location = `s3://${deps.workBucket}/`;
  return {
    queryString: printUnload(
      isWindowed(group) ? windowsQuery(state, group, offline, seen) : recordsQuery(state, group, offline, seen),
      {
        location: location + monitorKeys.rows(state.id, group.name),
        partitionedBy: [],
        compression: 'SNAPPY',
      },
    ),
    resultLocation: location + monitorKeys.results(state.id, group.name),
  };
}

/** The unit in which the history of a group is read. */
export const unitOf = (group: Group): Precision => (group.precision === 's' ? 'ms' : group.precision);

function recordsQuery(state: GroupState, group: Group, offline: OfflineTable, { window, settledAtMs }: SeenGroup): Query {
  const unit = unitOf(group);
  const inUnit = (timeMs: number) => (BigInt(timeMs) * NS_PER.ms) / NS_PER[unit];
  const last = inUnit(window.toMs) - 1n;
  return planNewestRows({
    ...historyTable(offline, { bounded: window.fromMs !== undefined }),
    unit,
    from: window.fromMs === undefined ? undefined : inUnit(window.fromMs),
    to: last < LAST_BIGINT ? last : LAST_BIGINT,
    settledAtMs,
    toleranceMs: CLOCK_TOLERANCE_MS,
    seed: state.id,
    entities: limitsOf(state.request).entities,
    columns: Object.entries(group.features).map(([feature, { kind }]) => ({ feature, type: SQL_TYPE[kind] })),
  });
}

function windowsQuery(state: GroupState, { windowed }: WindowedGroup, offline: OfflineTable, seen: SeenGroup): Query {
  const { fromMs, toMs } = seen.window;
  const second = (timeMs: number) => BigInt(Math.floor(timeMs / 1_000));
  return planEventRows({
    ...historyTable(offline, { bounded: fromMs !== undefined }),
    windowed,
    ...bucketsOf(state, seen),
    ...(fromMs === undefined ? {} : { hours: { fromSecond: second(fromMs), toSecond: second(toMs) - 1n } }),
  });
}

const SAMPLE_BUCKETS = 100;

/** Which entities of a windowed group are looked at: all where they are few, else one bucket of a hundred, which the run's name chooses. */
export function bucketsOf({ id, request }: GroupState, { records, isWhole }: SeenGroup): { buckets: number; only?: number[] } {
  if (request.scope === 'full' || (isWhole && records.length <= limitsOf(request).entities)) return { buckets: 1 };
  return { buckets: SAMPLE_BUCKETS, only: [bucketOf(id, SAMPLE_BUCKETS)] };
}

interface Cursor {
  readonly token: string;
}

async function listEntities(
  deps: ObserveDependencies,
  { request: { scope } }: GroupState,
  groupName: string,
  most: number,
): Promise<{ entityKeys: string[]; isWhole: boolean }> {
  const key = monitorKeys.cursor(groupName);
  const from = scope === 'full' ? undefined : (await loadJson<Cursor>(deps.objects, deps.workBucket, key))?.token;
  const entityKeys: string[] = [];
  let page = await firstPage(deps.lister, groupName, from);
  entityKeys.push(...page.entityKeys);
  while (page.next !== undefined && entityKeys.length < most) {
    page = await deps.lister.list(groupName, page.next);
    entityKeys.push(...page.entityKeys);
  }
  if (scope === 'recent') {
    if (page.next !== undefined)
      await deps.objects.put(deps.workBucket, key, JSON.stringify({ token: page.next } satisfies Cursor));
    else if (from !== undefined) await deps.objects.remove(deps.workBucket, [key]);
  }
  return { entityKeys, isWhole: from === undefined && page.next === undefined };
}

/** How long a token lives the service does not say: one that it no longer takes leads back to the beginning. */
async function firstPage(lister: RecordLister, groupName: string, from: string | undefined) {
  if (from === undefined) return lister.list(groupName, undefined);
  try {
    return await lister.list(groupName, from);
  } catch {
    return lister.list(groupName, undefined);
  }
}
