import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkEventTime, FRACTION_DIGITS, parseIsoNs, parseUnixSecondsNs, printIso, toMs } from './event-time.ts';

describe('ISO-8601 text', () => {
  test.each([
    { text: '1970-01-01T00:00:00Z', ns: 0n, why: 'the epoch' },
    { text: '2001-01-01T05:00:00Z', ns: 978325200n * 10n ** 9n, why: 'whole seconds' },
    { text: '2001-01-01T05:00:00.5Z', ns: 978325200_500000000n, why: 'one digit of fraction is tenths' },
    { text: '2001-01-01T05:00:00.123456789Z', ns: 978325200_123456789n, why: 'nine digits' },
    { text: '0000-01-01T00:00:00Z', ns: -62167219200n * 10n ** 9n, why: 'the first year of the service' },
    { text: '9999-12-31T23:59:59.999999999Z', ns: 253402300799_999999999n, why: 'the last instant of the service' },
    { text: '2024-02-29T00:00:00Z', ns: 1709164800n * 10n ** 9n, why: 'a leap day' },
  ])('$why: $text', ({ text, ns }) => {
    expect(parseIsoNs(text)).toBe(ns);
  });

  test.each([
    { text: '2001-01-01T05:00:00+01:00', why: 'an offset' },
    { text: '2001-01-01T05:00:00', why: 'no zone' },
    { text: '2001-01-01 05:00:00Z', why: 'a space for the T' },
    { text: '2001-01-01', why: 'a bare date' },
    { text: '2001-02-29T00:00:00Z', why: 'a day that does not exist' },
    { text: '2001-01-01T24:00:00Z', why: 'an hour that does not exist' },
    { text: '2001-01-01T23:59:60Z', why: 'a leap second' },
    { text: '2001-01-01T05:00:00.Z', why: 'a point without digits' },
    { text: '2001-01-01T05:00:00.1234567890Z', why: 'ten digits' },
    { text: ' 2001-01-01T05:00:00Z', why: 'white space' },
    { text: '', why: 'nothing' },
  ])('refuses $why', ({ text }) => {
    expect(parseIsoNs(text)).toBeUndefined();
  });

  test('printed at any precision it reads back as the same time, cut to that precision', () => {
    const times = fc.bigInt({ min: -62167219200n * 10n ** 9n, max: 253402300799_999999999n });
    fc.assert(
      fc.property(times, fc.constantFrom('s', 'ms', 'us', 'ns'), (ns, precision) => {
        const unit = 10n ** BigInt(9 - FRACTION_DIGITS[precision]);
        const cut = ns - (((ns % unit) + unit) % unit);
        expect(parseIsoNs(printIso(ns, precision))).toBe(cut);
      }),
    );
  });
});

test.each([
  { text: '978325200', ns: 978325200n * 10n ** 9n, why: 'whole seconds' },
  { text: '978325200.1', ns: 978325200_100000000n, why: 'a fraction, without a double in between' },
  { text: '-1.5', ns: -1_500000000n, why: 'before the epoch' },
  { text: '1e9', ns: undefined, why: 'an exponent' },
  { text: '', ns: undefined, why: 'nothing' },
])('Unix seconds: $why', ({ text, ns }) => {
  expect(parseUnixSecondsNs(text)).toBe(ns);
});

test('milliseconds are rounded down, also before the epoch', () => {
  expect([toMs(1_999_999n), toMs(-1n), toMs(-1_000_000n)]).toEqual([1, -1, -1]);
});

test.each([
  { text: '2001-01-01T05:00:00Z', precision: 's', code: undefined, why: 'as fine as the group' },
  { text: '2001-01-01T05:00:00.000Z', precision: 's', code: undefined, why: 'zeros are not finer' },
  {
    text: '2001-01-01T05:00:00.001Z',
    precision: 's',
    code: 'ROW_EVENT_TIME_TOO_FINE',
    why: 'a millisecond in a group of seconds',
  },
  {
    text: '2001-01-01T05:00:00.0000001Z',
    precision: 'us',
    code: 'ROW_EVENT_TIME_TOO_FINE',
    why: '100 ns in a group of microseconds',
  },
  { text: 'yesterday', precision: 'ms', code: 'ROW_EVENT_TIME_MALFORMED', why: 'no time at all' },
] as const)('precision: $why', ({ text, precision, code }) => {
  const outcome = checkEventTime(text, precision, 'hour_end');
  expect('code' in outcome ? outcome.code : undefined).toBe(code);
});
