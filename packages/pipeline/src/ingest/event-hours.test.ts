import { expect, test } from 'vitest';
import { addHours, countHours, hourStartMs } from './event-hours.ts';

test('rows are counted by the hour of their event time', () => {
  const times = ['2026-01-31T09:59:59.999Z', '2026-01-31T10:00:00Z', '2026-01-31T09:00:00Z'];
  expect(countHours(times)).toEqual({ '2026-01-31T09': 2, '2026-01-31T10': 1 });
  expect(hourStartMs('2026-01-31T09')).toBe(Date.UTC(2026, 0, 31, 9));
});

test('parts add up in the order of the hours, whatever their own', () => {
  const sum = addHours([{ '2026-01-31T10': 1 }, { '2026-01-31T09': 2, '2026-01-31T10': 3 }]);
  expect(JSON.stringify(sum)).toBe('{"2026-01-31T09":2,"2026-01-31T10":4}');
  expect(addHours([{ '2026-01-31T10': 1 }, undefined])).toBeUndefined();
});

test('a file over too many hours is not told apart', () => {
  const hours = (count: number) => Array.from({ length: count }, (_, at) => new Date(at * 3_600_000).toISOString());
  expect(Object.keys(countHours(hours(2_000)) ?? {})).toHaveLength(2_000);
  expect(countHours(hours(2_001))).toBeUndefined();
});
