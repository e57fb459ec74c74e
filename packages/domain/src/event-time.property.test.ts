import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseIsoNs } from './event-time.ts';

const FIRST_MS = Date.parse('0000-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59Z');

test('every second of the years 0 to 9999 is what a Date makes of it, whatever fraction follows', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: FIRST_MS / 1_000, max: LAST_MS / 1_000 }),
      fc.option(fc.stringMatching(/^\d{1,9}$/)),
      (seconds, fraction) => {
        const whole = new Date(seconds * 1_000).toISOString().slice(0, 19);
        const fractionNs = BigInt((fraction ?? '').padEnd(9, '0'));
        expect(parseIsoNs(`${whole}${fraction === null ? '' : `.${fraction}`}Z`)).toBe(
          BigInt(seconds) * 1_000_000_000n + fractionNs,
        );
      },
    ),
  );
});

const FORM = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/;

test('text of any other form, and days and seconds that do not exist, are nothing', () => {
  const piece = fc.oneof(fc.constantFrom('-', 'T', ':', '.', 'Z', ' ', '+', '٣'), fc.stringMatching(/^\d{1,4}$/));
  const near = fc
    .tuple(fc.constantFrom('2026-01-31T09:00:00Z', '2024-02-29T23:59:59.123456789Z'), fc.nat(30), fc.nat(2), fc.option(piece))
    .map(([text, at, cut, put]) => text.slice(0, at) + (put ?? '') + text.slice(at + cut));
  const calendar = fc
    .tuple(fc.nat(9_999), fc.nat(14), fc.nat(33), fc.nat(25), fc.nat(61), fc.nat(61))
    .map(([year, ...rest]) => [String(year).padStart(4, '0'), ...rest.map((part) => String(part).padStart(2, '0'))])
    .map(([year, month, day, hour, minute, second]) => `${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  fc.assert(
    fc.property(fc.oneof(near, calendar), (text) => {
      const parsed = FORM.test(text) ? Date.parse(text) : Number.NaN;
      // Date.parse rolls 24:00:00 and the 31st of short months over.
      const exists = !Number.isNaN(parsed) && new Date(parsed).toISOString().slice(0, 19) === text.slice(0, 19);
      expect(parseIsoNs(text) !== undefined).toBe(exists);
    }),
    { numRuns: 2_000 },
  );
});
