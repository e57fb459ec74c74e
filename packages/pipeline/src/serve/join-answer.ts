/**
 * What one record contributes to the answers of one join, as values and as JSON text.
 *
 * It depends on the record and on its status alone, so it is worked out once for each of the two and then copied into
 * every row that asks: 100 rows name the same few airports, and a record is kept for many requests.
 */
import type { FeatureValue, WindowedGroup } from '@tidemark/domain';
import { answerFeature, type FeatureAnswer, type FeatureStatus, statusOf } from './feature-answer.ts';
import type { ServedRecord } from './served-record.ts';
import type { ServingJoin } from './serving-plan.ts';
import { windowAnswers } from './window-answers.ts';

export interface JoinAnswer {
  readonly answers: readonly FeatureAnswer[];
  /** For each feature `"name":{"value":…,"eventTime":…,"status":…}`. */
  readonly parts: readonly string[];
  /** All parts, with commas between. */
  readonly text: string;
}

const STATUSES: Readonly<Record<FeatureStatus, number>> = { fresh: 0, stale: 1, expired: 2, missing: 3, failed: 4 };
const STATUS_COUNT = 5;

export function joinAnswer(join: ServingJoin, record: ServedRecord | 'failed', asOfMs: number): JoinAnswer {
  if (join.windowed !== undefined && record !== 'failed') return windowJoinAnswer(join, join.windowed, record, asOfMs);
  const status = statusOf(join.join, record, asOfMs);
  if (record === 'failed') return createAnswer(join, record, status);
  const place = join.ordinal * STATUS_COUNT + STATUSES[status];
  let answer = record.answers[place];
  if (answer === undefined) {
    answer = createAnswer(join, record, status);
    record.answers[place] = answer;
  }
  return answer;
}

function createAnswer(join: ServingJoin, record: ServedRecord | 'failed', status: FeatureStatus): JoinAnswer {
  return printed(
    join,
    join.features.map(({ feature }) => answerFeature(record, status, feature)),
  );
}

/** Windows change with the time of the answer: what was printed for one time serves the other rows of its request. */
const ofOneTime = new WeakMap<ServedRecord, { readonly asOfMs: number; readonly answers: Map<ServingJoin, JoinAnswer> }>();

function windowJoinAnswer(join: ServingJoin, group: WindowedGroup, record: ServedRecord, asOfMs: number): JoinAnswer {
  let held = ofOneTime.get(record);
  if (held?.asOfMs !== asOfMs) {
    held = { asOfMs, answers: new Map() };
    ofOneTime.set(record, held);
  }
  let answer = held.answers.get(join);
  if (answer === undefined) {
    answer = printed(join, windowAnswers(join, group, record, asOfMs));
    held.answers.set(join, answer);
  }
  return answer;
}

function printed(join: ServingJoin, answers: readonly FeatureAnswer[]): JoinAnswer {
  const parts = answers.map((answer, at) => printFeature(join.features[at]?.name ?? '', answer));
  return { answers, parts, text: parts.join(',') };
}

/** An event time is ISO-8601 text: nothing in it needs an escape. */
export const printFeature = (name: string, { value, eventTime, status }: FeatureAnswer): string =>
  `"${name}":{"value":${printValue(value)},"eventTime":${eventTime === null ? 'null' : `"${eventTime}"`},"status":"${status}"}`;

/** JSON, with 64-bit integers as plain numbers. */
function printValue(value: FeatureValue | null): string {
  if (value === null) return 'null';
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value))) return String(value);
  if (Array.isArray(value)) return `[${value.map((element) => printValue(element)).join(',')}]`;
  return JSON.stringify(value);
}
