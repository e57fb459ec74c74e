import { expect, test } from 'vitest';
import { parseEventTime, printEventTime } from './event-time.ts';

test.each([
  ['1970-01-01T00:00:00Z', 0, 0],
  ['1969-12-31T23:59:59.5Z', -1, 500_000_000],
  ['2000-02-29T12:00:00.000000001Z', 951_825_600, 1],
  ['0000-01-01T00:00:00Z', -62_167_219_200, 0],
  ['0099-03-01T00:00:00Z', -59_037_897_600, 0],
  ['9999-12-31T23:59:59.999999999Z', 253_402_300_799, 999_999_999],
])('%s is %d s and %d ns', (text, seconds, nanoseconds) => {
  expect(parseEventTime(text, 'String')).toEqual({ seconds, nanoseconds });
});

test.each([
  ['1700000000', 1_700_000_000, 0],
  ['1700000000.123456789', 1_700_000_000, 123_456_789],
  ['1.7e9', 1_700_000_000, 0],
  ['17000000001e-1', 1_700_000_000, 100_000_000],
  ['-0.25', -1, 750_000_000],
  ['-1', -1, 0],
  ['.5', 0, 500_000_000],
  ['0', 0, 0],
])('%s Unix seconds are %d s and %d ns', (text, seconds, nanoseconds) => {
  expect(parseEventTime(text, 'Fractional')).toEqual({ seconds, nanoseconds });
});

test.each([
  ['2023-02-29T00:00:00Z', 'no leap year'],
  ['1900-02-29T00:00:00Z', 'no leap year'],
  ['2024-04-31T00:00:00Z', 'no such day'],
  ['2024-13-01T00:00:00Z', 'no such month'],
  ['2024-01-01T24:00:00Z', 'no such hour'],
  ['2024-01-01T00:00:60Z', 'no such second'],
  ['2024-01-01t00:00:00z', 'lower case'],
  ['2024-01-01T00:00:00.Z', 'a point without digits'],
  ['2024-01-01T00:00:00', 'no zone'],
])('%s is refused: %s', (text) => {
  expect(parseEventTime(text, 'String')).toBeUndefined();
});

test.each(['', '.', 'e5', '1e', 'NaN', 'Infinity', '0x10', ' 1', '1700000000.1234567891', '1e99', '253402300800'])(
  '%j is no Unix time',
  (text) => {
    expect(parseEventTime(text, 'Fractional')).toBeUndefined();
  },
);

test.each(['2024-01-01T00:00:00Z', '2024-01-01T00:00:00.120Z', '2024-01-01T00:00:00.000001Z', '2024-01-01T00:00:00.000000001Z'])(
  '%s is printed as it was',
  (text) => {
    expect(printEventTime(parseEventTime(text, 'String') as never)).toBe(text);
  },
);
