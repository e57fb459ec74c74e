import { describe, expect, it } from 'vitest';
import { ALL_DAYS, addDays, daysBetween, FIRST_DAY, latestAnchor } from './calendar.ts';

describe('latestAnchor', () => {
  it.each([
    { today: '2001-01-08T00:00:00Z', days: 7, anchor: '2001-01-01', why: 'the seventh day has just ended' },
    { today: '2001-01-07T23:59:59Z', days: 7, anchor: '2000-12-25', why: 'a second earlier it has not' },
    { today: '2001-01-14T23:59:59Z', days: 7, anchor: '2001-01-01', why: 'a week is moved only when it has ended' },
    { today: '2026-01-31T09:00:00Z', days: 7, anchor: '2026-01-19', why: 'many years later, on a Monday too' },
    { today: '2024-02-29T12:00:00Z', days: 1, anchor: '2024-02-26', why: 'leap years' },
    { today: '2001-07-02T00:00:00Z', days: ALL_DAYS, anchor: '2001-01-01', why: 'all days' },
  ])('on $today for $days days is $anchor: $why', ({ today, days, anchor }) => {
    expect(latestAnchor(Date.parse(today), days)).toBe(anchor);
  });

  it('is a whole number of weeks away, ends by today, and could not be a week later', () => {
    for (let day = 0; day < 400; day++) {
      const today = addDays('2025-12-01', day);
      const anchor = latestAnchor(Date.parse(`${today}T13:00:00Z`), 7);
      expect(Math.abs(daysBetween(FIRST_DAY, anchor) % 7)).toBe(0);
      const idle = daysBetween(addDays(anchor, 7), today);
      expect(idle >= 0 && idle < 7).toBe(true);
    }
  });
});
