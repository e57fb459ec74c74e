import { column, defineEntity, defineGroup, defineStream, defineStreamSource, integral, refuse } from '@tidemark/domain';
import { expect, test } from 'vitest';
import { type BatchEvidence, countBatch, withoutRedelivered } from './batch-evidence.ts';
import { routeRecords } from './route-records.ts';
import type { StreamRecord } from './stream-batch.ts';

const meter = defineEntity({ name: 'meter', key: { meter: 'string' } });
const latest = defineGroup({ name: 'latest', entity: meter, features: { watts: integral() } });
const columns = { meter: column.text(), watts: column.integer() };
const streamOf = (unmatched: 'quarantine' | 'ignore') =>
  defineStream({ name: 'readings', partitionedBy: meter, columns, unmatched });
const record = (at: number, watts: number): StreamRecord => ({
  sequenceNumber: String(100 + at),
  partitionKey: 'a',
  data: Buffer.from(JSON.stringify({ meter: 'a', watts })),
  arrivedMs: 1_000 * at,
});
const place = { stream: 'readings', shardId: 's' };

test.each([
  { unmatched: 'quarantine', counts: { ignored: 0, unreadable: 1, reasons: { EVENT_UNKNOWN_TYPE: 1 } } },
  { unmatched: 'ignore', counts: { ignored: 1, unreadable: 0, reasons: {} } },
] as const)('an event that no source takes: $unmatched', ({ unmatched, counts }) => {
  const stream = streamOf(unmatched);
  const source = defineStreamSource({
    name: 'high',
    stream,
    group: latest,
    filter: ({ watts }) => (watts ?? 0) > 5,
    map: ({ meter: code, watts }) => ({ meter: code, eventTime: '2026-01-31T09:00:00Z', watts }),
  });
  const records = [record(0, 9), record(1, 1)];
  const { events, verdicts } = routeRecords(stream, [source], records);
  expect(events.map(({ at }) => at)).toEqual([0]);
  expect(countBatch(place, records, verdicts)).toMatchObject({ records: 2, ...counts });
});

test('of a group what came in is what was accepted, had been accepted, or was quarantined', () => {
  const stream = streamOf('quarantine');
  const source = defineStreamSource({
    name: 'all',
    stream,
    group: latest,
    map: ({ meter: code, watts }) => ({ meter: code, eventTime: '2026-01-31T09:00:00Z', watts }),
  });
  const outcomes = ['accepted', 'duplicate', refuse('EVENT_LATE', ''), refuse('ROW_KEY_MISSING', ''), 'accepted'] as const;
  const counted = countBatch(
    place,
    outcomes.map((_, at) => record(at, 1)),
    outcomes.map((outcome, at) => ({ at, source, outcome })),
  );
  expect(counted.groups).toEqual({ latest: { in: 5, accepted: 2, duplicates: 1, quarantined: 2, late: 1 } });
  expect([counted.first, counted.last, counted.reasons]).toEqual(['100', '104', { EVENT_LATE: 1, ROW_KEY_MISSING: 1 }]);
});

const batch = (first: number, last: number, shardId = 's'): BatchEvidence => ({
  ...place,
  shardId,
  first: String(first),
  last: String(last),
  arrivedFrom: '',
  arrivedTo: '',
  records: last - first + 1,
  ignored: 0,
  unreadable: 0,
  groups: {},
  reasons: {},
});

test.each([
  { why: 'one after another', batches: [batch(4, 6), batch(1, 3)], records: 6 },
  { why: 'the whole again in parts', batches: [batch(1, 6), batch(1, 3), batch(4, 6)], records: 6 },
  { why: 'a part, then the whole', batches: [batch(1, 3), batch(1, 6)], records: 6 },
  { why: 'numbers of different lengths', batches: [batch(8, 9), batch(10, 12), batch(9, 9)], records: 5 },
  { why: 'the same numbers in another shard', batches: [batch(1, 3), batch(1, 3, 't')], records: 6 },
])('what was delivered again counts once: $why', ({ batches, records }) => {
  expect(withoutRedelivered(batches).reduce((sum, one) => sum + one.records, 0)).toBe(records);
});
