/** A windowed group: the states of its entities, held against states made again from the event history. */
import { digestEvent, type HistoryEvent, type WindowedGroup } from '@tidemark/domain';
import { bucketOf } from '@tidemark/sql';
import type { OfflineTable } from '../catalogue/catalogue.ts';
import { partitionStartMs } from '../catalogue/history-files.ts';
import { loadColumns } from '../dataset/load-columns.ts';
import type { FeatureReader } from '../ports/feature-store.ts';
import { readHistory } from '../rebuild/read-history.ts';
import { type StoredState, storedState } from '../rebuild/stored-states.ts';
import type { Verdict } from './judge-entity.ts';
import { judgeWindows } from './judge-windows.ts';
import type { JudgedGroup } from './judged-group.ts';
import { findLostHours } from './lost-hours.ts';
import { type MonitorDependencies, monitorKeys, type ReadGroupState } from './monitor-request.ts';
import { bucketsOf, type SeenGroup } from './observe-group.ts';
import { readOnline, recordFeaturesOf } from './online-state.ts';

export async function compareWindows(
  deps: MonitorDependencies & { readonly reader: FeatureReader },
  state: ReadGroupState,
  group: WindowedGroup,
  { groupName, offline }: { readonly groupName: string; readonly offline: OfflineTable },
  seen: SeenGroup,
): Promise<JudgedGroup> {
  const columns = await loadColumns(deps.objects, deps.workBucket, monitorKeys.rows(state.id, group.name));
  const history = readHistory(group, columns);
  const { buckets, only } = bucketsOf(state, seen);
  const before = new Map(
    seen.records
      .filter(([key]) => only === undefined || only.includes(bucketOf(key, buckets)))
      .map(([key, record]) => [key, storedState(group, new Map(record))]),
  );
  const fromMs = seen.window.fromMs;
  // What an older state tells of was not read.
  const onlyOnline = [...before].filter(
    ([key, one]) => !history.has(key) && (fromMs === undefined || one.state === undefined || one.state.arrivedMs >= fromMs),
  );
  const entityKeys = [...history.keys(), ...onlyOnline.map(([key]) => key)];
  const { records, failed } = await readOnline(deps, groupName, recordFeaturesOf(group), entityKeys);
  const isLostHour = await findLostHours(deps.objects, offline, unknownTimes(group, offline, history, before), []);
  const verdicts = new Map<string, Verdict>();
  for (const key of entityKeys) {
    if (failed.has(key)) continue;
    const record = records.get(key);
    verdicts.set(
      key,
      judgeWindows(
        { group, fromMs, settledAtMs: seen.settledAtMs, isLostHour },
        {
          rows: history.get(key) ?? [],
          seen: before.get(key),
          online: record === undefined ? undefined : storedState(group, new Map(record)),
        },
      ),
    );
  }
  return {
    verdicts,
    lostHoursMs: [],
    unread: failed.size,
    isWhole: only === undefined && seen.isWhole,
    completeness: undefined,
  };
}

/** Of events that a state has counted and the history does not have. An entity counts once a partition. */
function unknownTimes(
  group: WindowedGroup,
  offline: OfflineTable,
  history: ReadonlyMap<string, readonly HistoryEvent[]>,
  before: ReadonlyMap<string, StoredState>,
): number[] {
  const { tileMs } = group.windowed.layout;
  return [...before].flatMap(([key, { state }]) => {
    const known = new Set((history.get(key) ?? []).map(digestEvent));
    const times = [...(state?.seen ?? [])].flatMap(([digest, tile]) => (known.has(digest) ? [] : [tile * tileMs]));
    return [...Map.groupBy(times, (timeMs) => partitionStartMs(offline, timeMs)).values()].map(([first]) => first as number);
  });
}
