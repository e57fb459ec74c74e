import { describe, expect, test } from 'vitest';
import { datesBetween, lastDates } from './ledger-keys.ts';

const at = (time: string) => Date.parse(time);

describe('dates of the ledger', () => {
  test.each([
    ['2026-01-31T00:00:00.000Z', '2026-01-31T23:59:59.999Z', ['2026-01-31']],
    ['2026-01-31T23:59:59.999Z', '2026-02-01T00:00:00.000Z', ['2026-01-31', '2026-02-01']],
    ['2024-02-28T12:00:00.000Z', '2024-03-01T01:00:00.000Z', ['2024-02-28', '2024-02-29', '2024-03-01']],
  ])('from %s to %s', (from, to, dates) => {
    expect(datesBetween(at(from), at(to))).toEqual(dates);
  });

  test('the last days begin with tomorrow, whose name a clock that is ahead may have given already', () => {
    expect(lastDates(at('2026-03-01T23:59:00.000Z'), 2)).toEqual(['2026-03-02', '2026-03-01', '2026-02-28']);
  });
});
