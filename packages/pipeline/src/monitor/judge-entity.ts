/**
 * Whether the online record of an entity is what its history says; if not, what kind of difference it is. Pure.
 *
 * Three looks, in this order: the online store (`seen`), a delay later the history (`rows`), then the online store again
 * (`online`). What had arrived by the first look is in the history by the second (settled); what is in the history by the
 * second is in the online store by the third. So an online record that the history lacks is wrong only when it was
 * there at the first look already, and everything younger is in flight.
 */
import { EVENT_TIME_FEATURE, type FeatureType, type FeatureValue, NS_PER, type Precision } from '@tidemark/domain';
import type { Finding } from './finding.ts';

export interface HistoryRow {
  readonly timeNs: bigint;
  readonly arrivedMs: number;
  readonly deleted: boolean;
  /** Feature → value, for those that have one. */
  readonly values: ReadonlyMap<string, FeatureValue>;
}

export interface OnlineState {
  /** Undefined where the text is no event time. */
  readonly timeNs: bigint | undefined;
  /** Feature → value, for those that have one; undefined where the text is not of the declared type. */
  readonly values: ReadonlyMap<string, FeatureValue | undefined>;
}

export interface JudgedEntity {
  /** Settled rows of the greatest event time, all later ones, and those ahead of their arrival. */
  readonly rows: readonly HistoryRow[];
  /** Undefined where it was not there, and where nobody looked. */
  readonly seen: OnlineState | undefined;
  /** Whether the first look showed that there is no record. */
  readonly wasAbsent: boolean;
  readonly online: OnlineState | undefined;
}

export interface JudgeSettings {
  readonly features: Readonly<Record<string, FeatureType>>;
  readonly precision: Precision;
  readonly ttlMs: number | undefined;
  /** When `seen` was looked at: a row that arrived by then is settled. */
  readonly settledAtMs: number;
  /** When `online` was looked at. */
  readonly nowMs: number;
  /** Rows with event times from then on were not read. */
  readonly readToMs: number;
  /** How far an event time may lie ahead of its arrival, and clocks of one another. */
  readonly toleranceMs: number;
  /** Whether the history has no file at all for the hour of this time although rows of it were accepted. */
  readonly isLostHour: (timeNs: bigint) => boolean;
}

export interface Verdict {
  /** `in-flight`: cannot be told yet, and is not counted. */
  readonly outcome: 'consistent' | 'inconsistent' | 'in-flight';
  readonly findings: readonly Finding[];
}

/** Arrivals may be kept as whole seconds. */
const ARRIVAL_RESOLUTION_MS = 1_000;

export function judgeEntity(settings: JudgeSettings, entity: JudgedEntity): Verdict {
  const skew = clockSkew(settings, entity);
  const types = wrongTypes(settings, entity.online);
  const difference = compareStores(settings, entity);
  const findings = [...skew, ...types, ...(typeof difference === 'object' ? [difference] : [])];
  const outcome = typeof difference === 'object' || types.length > 0 ? 'inconsistent' : difference;
  return { outcome, findings };
}

type Difference = Finding | 'consistent' | 'in-flight';

function compareStores(settings: JudgeSettings, entity: JudgedEntity): Difference {
  const { rows, seen, online } = entity;
  const settled = rows.filter((row) => row.arrivedMs <= settings.settledAtMs);
  const newestNs = settled.reduce<bigint | undefined>(
    (most, row) => (most === undefined || row.timeNs > most ? row.timeNs : most),
    undefined,
  );
  const truth = settled.filter((row) => row.timeNs === newestNs);
  if (online === undefined) return compareAbsent(settings, entity, truth);
  const { timeNs } = online;
  if (timeNs === undefined) return 'consistent';
  if (timeNs >= BigInt(settings.readToMs) * NS_PER.ms) return 'in-flight';
  const finding = (kind: Finding['kind'], features: readonly string[], historyTimeNs = newestNs): Finding => ({
    kind,
    features: features.length > 0 ? features : [EVENT_TIME_FEATURE],
    historyTimeNs,
    onlineTimeNs: timeNs,
  });
  const all = featuresOf(settings, online);

  if (newestNs !== undefined && timeNs < newestNs) {
    const live = truth.filter((row) => !row.deleted);
    return live.length === 0 ? finding('extra', all) : finding('stale', leastDifference(settings, online, live));
  }
  const same = rows.filter((row) => row.timeNs === timeNs && !row.deleted);
  if (same.some((row) => differing(settings, online, row).length === 0)) return 'consistent';
  const settledBefore = seen?.timeNs === timeNs && sameValues(settings, seen, online);
  if (!settledBefore) return 'in-flight';
  if (same.length === 0) return finding(settings.isLostHour(timeNs) ? 'lost-partition' : 'extra', all);
  const different = leastDifference(settings, online, same);
  const lacking = different.filter((feature) => !online.values.has(feature));
  return lacking.length > 0 && lacking.length === different.length
    ? finding('missing', lacking)
    : finding(
        'extra',
        different.filter((feature) => online.values.has(feature)),
      );
}

function compareAbsent(settings: JudgeSettings, { rows, wasAbsent }: JudgedEntity, truth: readonly HistoryRow[]): Difference {
  const [newest] = truth;
  if (newest === undefined) return 'in-flight';
  if (truth.some((row) => row.deleted)) return 'consistent';
  if (settings.ttlMs !== undefined) {
    const leftMs = Number(newest.timeNs / NS_PER.ms) + settings.ttlMs - settings.nowMs;
    if (leftMs <= 0) return 'consistent';
    if (leftMs <= settings.toleranceMs) return 'in-flight';
  }
  // Deleted since the first look, perhaps: the history tells of that only later.
  if (!wasAbsent || rows.some((row) => row.timeNs > newest.timeNs)) return 'in-flight';
  const features = Object.keys(settings.features).filter((feature) => truth.some((row) => row.values.has(feature)));
  return {
    kind: 'missing',
    features: features.length > 0 ? features : [EVENT_TIME_FEATURE],
    historyTimeNs: newest.timeNs,
    onlineTimeNs: undefined,
  };
}

function clockSkew({ toleranceMs, nowMs }: JudgeSettings, { rows, online }: JudgedEntity): Finding[] {
  const aheadOf = (timeNs: bigint, arrivedMs: number) => timeNs > BigInt(arrivedMs + toleranceMs) * NS_PER.ms;
  const skewed = rows.find((row) => aheadOf(row.timeNs, row.arrivedMs + ARRIVAL_RESOLUTION_MS));
  const onlineTimeNs = online?.timeNs;
  const onlineIsAhead = onlineTimeNs !== undefined && aheadOf(onlineTimeNs, nowMs);
  if (skewed === undefined && !onlineIsAhead) return [];
  return [{ kind: 'clock-skew', features: [EVENT_TIME_FEATURE], historyTimeNs: skewed?.timeNs, onlineTimeNs }];
}

function wrongTypes({ features, precision }: JudgeSettings, online: OnlineState | undefined): Finding[] {
  if (online === undefined) return [];
  const wrong = Object.keys(features).filter((feature) => online.values.has(feature) && online.values.get(feature) === undefined);
  if (online.timeNs === undefined || online.timeNs % NS_PER[precision] !== 0n) wrong.push(EVENT_TIME_FEATURE);
  return wrong.length === 0
    ? []
    : [{ kind: 'wrong-type', features: wrong, historyTimeNs: undefined, onlineTimeNs: online.timeNs }];
}

const featuresOf = ({ features }: JudgeSettings, online: OnlineState): string[] =>
  Object.keys(features).filter((feature) => online.values.has(feature));

/** Features that differ; one of the wrong type is another finding. */
const differing = ({ features }: JudgeSettings, online: OnlineState, row: HistoryRow): string[] =>
  Object.keys(features).filter((feature) => {
    if (online.values.has(feature) && online.values.get(feature) === undefined) return false;
    return online.values.get(feature) !== row.values.get(feature);
  });

/** Against the row that is closest: the others are earlier writes of the same event time. */
const leastDifference = (settings: JudgeSettings, online: OnlineState, rows: readonly HistoryRow[]): string[] =>
  rows.map((row) => differing(settings, online, row)).reduce((least, one) => (one.length < least.length ? one : least));

const sameValues = ({ features }: JudgeSettings, one: OnlineState, other: OnlineState): boolean =>
  Object.keys(features).every(
    (feature) => one.values.has(feature) === other.values.has(feature) && one.values.get(feature) === other.values.get(feature),
  );
