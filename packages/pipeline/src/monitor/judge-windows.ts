/**
 * Whether the state of a windowed entity counts what its event history says, each event once. Pure.
 *
 * The same three looks as for records (judge-entity.ts). Which events a state has counted it says itself, by digests; so what is
 * in flight is told apart one by one. What digests cannot show, an event added twice, shows when both the state and one made
 * again from the history are evaluated: at the seal line, where the windows reach furthest back, and after the last event.
 */
import {
  digestEvent,
  evaluateWindows,
  type HistoryEvent,
  NS_PER,
  rebuildWindowState,
  sealLineMs,
  WINDOW_STATE_FEATURE,
  type WindowedGroup,
  type WindowState,
} from '@tidemark/domain';
import type { StoredState } from '../rebuild/stored-states.ts';
import type { Finding, InconsistencyKind } from './finding.ts';
import type { Verdict } from './judge-entity.ts';

export interface JudgedWindows {
  /** Rows of the history, as often as they are stored. */
  readonly rows: readonly HistoryEvent[];
  readonly seen: StoredState | undefined;
  readonly online: StoredState | undefined;
}

export interface JudgeWindowSettings {
  readonly group: WindowedGroup;
  /** Events before it were not read; undefined: all were. */
  readonly fromMs: number | undefined;
  readonly settledAtMs: number;
  readonly isLostHour: (timeNs: bigint) => boolean;
}

export function judgeWindows(settings: JudgeWindowSettings, entity: JudgedWindows): Verdict {
  const skew = clockSkew(settings, entity);
  const difference = compareState(settings, entity);
  return typeof difference === 'string'
    ? { outcome: difference, findings: skew }
    : { outcome: 'inconsistent', findings: [...skew, difference] };
}

function compareState(settings: JudgeWindowSettings, { rows, seen, online }: JudgedWindows): Finding | Verdict['outcome'] {
  const { group, settledAtMs } = settings;
  const all = judgedAggregates(settings, undefined);
  const settled = rows.filter((row) => row.arrivedMs <= settledAtMs);
  const historyMs = rows.reduce<number | undefined>((latest, { timeMs }) => Math.max(latest ?? timeMs, timeMs), undefined);
  const finding = (kind: InconsistencyKind, features: readonly string[], atMs = historyMs): Finding => ({
    kind,
    features: features.length > 0 ? features : [WINDOW_STATE_FEATURE],
    historyTimeNs: atMs === undefined ? undefined : inNs(atMs),
    onlineTimeNs: online === undefined ? undefined : inNs(online.recordTimeMs),
  });
  if (online === undefined) return settled.length > 0 && seen === undefined ? finding('missing', all) : 'in-flight';
  if (online.state === undefined) return finding('wrong-type', [WINDOW_STATE_FEATURE]);

  const counted = online.state.seen;
  const reachesBackMs = firstRememberedMs(group, online.state);
  const late = settled.find((row) => row.timeMs >= reachesBackMs && !counted.has(digestEvent(row)));
  if (late !== undefined) {
    const truth = rebuildWindowState(group, settled, 0);
    return finding('stale', differing(settings, online.state, truth), late.timeMs);
  }
  const before = seen?.state;
  if (before === undefined) return 'in-flight';

  const known = new Set(rows.map(digestEvent));
  const { tileMs } = group.windowed.layout;
  const unknown = [...before.seen].find(
    ([digest, tile]) => !known.has(digest) && (settings.fromMs === undefined || tile * tileMs >= settings.fromMs),
  );
  const truth = rebuildWindowState(group, countedBy(group, before, rows), 0);
  const features = differing(settings, before, truth);
  if (unknown !== undefined) {
    const timeMs = unknown[1] * tileMs;
    return finding(settings.isLostHour(inNs(timeMs)) ? 'lost-partition' : 'extra', features, timeMs);
  }
  if (features.length === 0) return 'consistent';
  return finding(countsMore(settings, before, truth) ? 'doubled-window' : 'extra', features);
}

/**
 * What the first look had counted, of the rows that there are. What it remembers it says itself; of what it has forgotten, nothing
 * came later. The rest is in flight, also where it arrived before others that were counted.
 */
function countedBy(group: WindowedGroup, before: WindowState, rows: readonly HistoryEvent[]): HistoryEvent[] {
  const rememberedMs = firstRememberedMs(group, before);
  return rows.filter(
    (row) => row.arrivedMs <= before.arrivedMs && (row.timeMs < rememberedMs || before.seen.has(digestEvent(row))),
  );
}

/** Aggregates that the rows that were read can answer, at a time. */
function judgedAggregates({ group, fromMs }: JudgeWindowSettings, timeMs: number | undefined): string[] {
  return group.windowed.layout.aggregates
    .filter(({ span }) => {
      if (fromMs === undefined || timeMs === undefined) return true;
      return span !== undefined && timeMs - span.lengthMs - span.stepMs >= fromMs;
    })
    .map(({ name }) => name);
}

/** After every event that a state can tell of, and where its windows begin to be exact. */
function probesOf(group: WindowedGroup, state: WindowState): number[] {
  const line = sealLineMs(group, state);
  if (!Number.isFinite(line)) return [];
  const last = state.open.reduce((latest, { timeMs }) => Math.max(latest, timeMs + 1), line);
  return [line, last];
}

type Probe = (name: string, online: unknown, truth: unknown) => boolean;

function someProbe(settings: JudgeWindowSettings, state: WindowState, truth: WindowState, holds: Probe): string[] {
  const { group } = settings;
  const found = new Set<string>();
  for (const timeMs of probesOf(group, state)) {
    const [online, expected] = [state, truth].map((one) => evaluateWindows(group, one, timeMs));
    if (online === undefined || expected === undefined) continue;
    for (const name of judgedAggregates(settings, timeMs)) if (holds(name, online[name], expected[name])) found.add(name);
  }
  return group.windowed.layout.aggregates.map(({ name }) => name).filter((name) => found.has(name));
}

const differing = (settings: JudgeWindowSettings, state: WindowState, truth: WindowState): string[] =>
  someProbe(settings, state, truth, (_, online, expected) => online !== expected);

const countsMore = (settings: JudgeWindowSettings, state: WindowState, truth: WindowState): boolean => {
  const counts = new Set(
    settings.group.windowed.layout.aggregates.filter(({ kind }) => kind === 'count').map(({ name }) => name),
  );
  return (
    someProbe(settings, state, truth, (name, online, expected) => counts.has(name) && Number(online) > Number(expected)).length >
    0
  );
};

function clockSkew({ group }: JudgeWindowSettings, { rows, online }: JudgedWindows): Finding[] {
  const ahead = rows.find((row) => row.timeMs > row.arrivedMs + group.windowed.futureToleranceMs);
  if (ahead === undefined) return [];
  const onlineTimeNs = online === undefined ? undefined : inNs(online.recordTimeMs);
  return [{ kind: 'clock-skew', features: ['event_time'], historyTimeNs: inNs(ahead.timeMs), onlineTimeNs }];
}

const inNs = (timeMs: number): bigint => BigInt(Math.floor(timeMs)) * NS_PER.ms;

/** Events before it a state has forgotten. */
function firstRememberedMs({ windowed }: WindowedGroup, { arrivedMs }: WindowState): number {
  const { tileMs } = windowed.layout;
  return Math.floor((arrivedMs - windowed.redeliveryMs - windowed.latenessMs) / tileMs) * tileMs;
}
