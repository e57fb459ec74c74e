import { defineEntity, defineGroup, encodeRecord, fractional, integral, integral64, isRefusal, text } from '@tidemark/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readParquetColumns, writeParquet } from '../files/parquet-write.ts';
import { boundsOf, candidateColumns, ordinalOf, recordOfAnswer } from './candidates.ts';

const group = defineGroup({
  name: 'g',
  entity: defineEntity({ name: 'e', key: { name: 'string', at: 'integral' } }),
  precision: 'us',
  features: { whole: integral(), long: integral64(), share: fractional(), words: text() },
});
const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

const inputs = fc.record({
  name: fc.string({ minLength: 1, unit: 'grapheme' }),
  at: fc.maxSafeInteger(),
  eventTime: fc
    .tuple(
      fc.date({ noInvalidDate: true, min: new Date('1970-01-01'), max: new Date('2099-01-01') }),
      fc.constantFrom('Z', '123Z'),
    )
    .map(([date, end]) => date.toISOString().replace('Z', end)),
  whole: fc.option(fc.maxSafeInteger()),
  long: fc.option(fc.bigInt(INT64)),
  share: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
  words: fc.option(fc.string({ unit: 'grapheme' })),
});

test('a record comes out of Parquet columns as it was sent to the store, number for number', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(inputs, { minLength: 1, maxLength: 5 }), async (rows) => {
      const records = rows.flatMap((row) => {
        const record = encodeRecord(group, row);
        return isRefusal(record) ? [] : [record];
      });
      fc.pre(records.length > 0);
      const columns = candidateColumns(
        group,
        records.map((record, row) => ({ record, ordinal: ordinalOf(3, row) })),
      );
      const read = await readParquetColumns(writeParquet(columns));
      for (const [at, record] of records.entries()) {
        const cells = ['f1', 'f2', 'f3', 'f4'].map((name) => read[name]?.[at]);
        expect(recordOfAnswer(group, { entityKey: read.entity_key?.[at], eventTime: read.event_time?.[at], cells })).toEqual(
          record,
        );
        expect([read.t?.[at], read.ordinal?.[at]]).toEqual([record.eventTimeNs / 1_000n, (3n << 32n) + BigInt(at)]);
      }
    }),
    { numRuns: 200 },
  );
});

test('minus zero is what the store makes of it', () => {
  const record = encodeRecord(group, { name: 'a', at: 1, eventTime: '2026-01-01T00:00:00Z', share: -0 });
  if (isRefusal(record)) throw new Error(record.message);
  const [share] = candidateColumns(group, [{ record, ordinal: 0n }]).filter(({ name }) => name === 'f3');
  expect(Object.is(share?.data[0], 0)).toBe(true);
});

test('a later file comes after every row of an earlier one', () => {
  expect(ordinalOf(1, 0) > ordinalOf(0, 2 ** 32 - 1)).toBe(true);
});

test.each([
  { times: [], bounds: undefined },
  { times: [5n], bounds: { earliest: 5n, latest: 5n } },
  { times: [3n, -2n, 7n], bounds: { earliest: -2n, latest: 7n } },
])('bounds of $times', ({ times, bounds }) => {
  expect(boundsOf(times)).toEqual(bounds);
});
