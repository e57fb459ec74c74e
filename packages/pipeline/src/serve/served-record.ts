/** A record as it was read, typed: what answers are made of. */
import {
  decodeValue,
  decodeWindowState,
  EVENT_TIME_FEATURE,
  emptyWindowState,
  type FeatureValue,
  parseIsoNs,
  TidemarkError,
  toMs,
  WINDOW_STATE_FEATURE,
  type WindowedGroup,
  type WindowState,
} from '@tidemark/domain';
import type { OnlineRecord } from '../ports/feature-store.ts';
import type { JoinAnswer } from './join-answer.ts';
import type { ServingGroup } from './serving-plan.ts';

export interface ServedRecord {
  /** undefined when the store has no record: that is remembered as well. */
  readonly eventTime: string | undefined;
  readonly eventTimeMs: number;
  readonly expiresAtMs: number;
  /** Feature of the group → typed value; undefined when the store's text is not of the declared type. */
  readonly values: ReadonlyMap<string, FeatureValue | undefined>;
  /** Of a windowed group: what windows are evaluated from, the empty state for an entity never seen. */
  readonly windows?: WindowState | 'unreadable';
  /** What has been printed of it, see join-answer.ts. */
  readonly answers: (JoinAnswer | undefined)[];
}

const NEVER = Number.POSITIVE_INFINITY;

export function servedRecord(
  group: Pick<ServingGroup, 'types' | 'windowed'> | undefined,
  record: OnlineRecord | undefined,
): ServedRecord {
  const values = new Map<string, FeatureValue | undefined>();
  const eventTime = record?.values.get(EVENT_TIME_FEATURE);
  const timeNs = typeof eventTime === 'string' ? parseIsoNs(eventTime) : undefined;
  const windows = group?.windowed === undefined ? {} : { windows: windowsOf(group.windowed, record) };
  if (record === undefined || timeNs === undefined) {
    return { eventTime: undefined, eventTimeMs: 0, expiresAtMs: NEVER, values, ...windows, answers: [] };
  }
  for (const [feature, type] of group?.types ?? []) {
    const value = record.values.get(feature);
    if (value !== undefined) values.set(feature, decodeValue(type, value));
  }
  const expiresAtMs = record.expiresAt === undefined ? NEVER : Date.parse(record.expiresAt);
  return {
    eventTime: eventTime as string,
    eventTimeMs: toMs(timeNs),
    expiresAtMs: Number.isNaN(expiresAtMs) ? NEVER : expiresAtMs,
    values,
    ...windows,
    answers: [],
  };
}

function windowsOf(group: WindowedGroup, record: OnlineRecord | undefined): WindowState | 'unreadable' {
  if (record === undefined) return emptyWindowState(group);
  try {
    return decodeWindowState(group, String(record.values.get(WINDOW_STATE_FEATURE) ?? ''));
  } catch (error) {
    if (error instanceof TidemarkError) return 'unreadable';
    throw error;
  }
}
