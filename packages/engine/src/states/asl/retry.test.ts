import { expect, test } from 'vitest';
import { findRetrier, matchesError, retryDelayMs } from './retry.ts';

test.each([
  [['States.ALL'], 'Anything', true],
  [['States.ALL'], 'States.Timeout', true],
  [['States.ALL'], 'States.Runtime', false],
  [['States.Runtime'], 'States.Runtime', false],
  [['States.ALL'], 'States.DataLimitExceeded', false],
  [['States.DataLimitExceeded'], 'States.DataLimitExceeded', true],
  [['States.TaskFailed'], 'Anything', true],
  [['States.TaskFailed'], 'States.Timeout', false],
  [['States.Timeout'], 'States.Timeout', true],
  [['A', 'B'], 'B', true],
  [['A'], 'B', false],
])('%j matches %s: %s', (errorEquals, error, matches) => {
  expect(matchesError(errorEquals, error)).toBe(matches);
});

test('the first retrier that fits counts, each with attempts of its own', () => {
  const retriers = [{ ErrorEquals: ['A'], MaxAttempts: 1 }, { ErrorEquals: ['B'] }, { ErrorEquals: ['States.ALL'] }];
  expect(findRetrier(retriers, 'A', [])).toBe(0);
  expect(findRetrier(retriers, 'A', [1, 0, 0])).toBeUndefined();
  expect(findRetrier(retriers, 'B', [1, 2, 0])).toBe(1);
  expect(findRetrier(retriers, 'B', [1, 3, 0])).toBeUndefined();
  expect(findRetrier(retriers, 'C', [1, 3, 0])).toBe(2);
});

test('delays grow by the rate, up to the limit, and jitter takes a share', () => {
  const retrier = { ErrorEquals: ['A'], IntervalSeconds: 3, BackoffRate: 2, MaxDelaySeconds: 10 };
  expect([0, 1, 2, 3].map((attempt) => retryDelayMs(retrier, attempt, () => 0.25))).toEqual([3_000, 6_000, 10_000, 10_000]);
  expect(retryDelayMs({ ...retrier, JitterStrategy: 'FULL' }, 1, () => 0.25)).toBe(1_500);
  expect(retryDelayMs({ ErrorEquals: ['A'] }, 2, () => 0)).toBe(4_000);
});
