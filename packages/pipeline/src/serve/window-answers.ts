import { evaluateWindows, type WindowedGroup } from '@tidemark/domain';
import type { FeatureAnswer } from './feature-answer.ts';
import type { ServedRecord } from './served-record.ts';
import type { ServingJoin } from './serving-plan.ts';

/**
 * The windows of an entity at the time of the answer, however long ago its record was written or read. Nothing in a window:
 * counts, sums and distinct values are 0, the others missing; an entity that was never seen answers like an empty one. A
 * clock that lies so far behind the stream's that the state cannot answer exactly fails the features, as an unreadable state.
 */
export function windowAnswers(
  { features }: ServingJoin,
  group: WindowedGroup,
  record: ServedRecord,
  asOfMs: number,
): FeatureAnswer[] {
  const { windows } = record;
  const eventTime = record.eventTime ?? null;
  const values = windows === undefined || windows === 'unreadable' ? undefined : evaluateWindows(group, windows, asOfMs);
  return features.map(({ feature }) => {
    if (values === undefined) return { value: null, eventTime, status: 'failed' };
    const value = values[feature] ?? null;
    return { value, eventTime, status: value === null ? 'missing' : 'fresh' };
  });
}
