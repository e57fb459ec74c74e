import { defineEntity, defineGroup, encodeRecord, type FeatureRecord, integral, isRefusal } from '@tidemark/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newestOfEachEntity } from './newest-of-each-entity.ts';

const group = defineGroup({ name: 'g', entity: defineEntity({ name: 'e', key: { e: 'string' } }), features: { n: integral() } });

function recordOf(entity: string, second: number, n: number): FeatureRecord {
  const record = encodeRecord(group, { e: entity, eventTime: `2026-01-01T00:00:0${second}Z`, n });
  if (isRefusal(record)) throw new Error(record.message);
  return record;
}

const records = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 3 })), { maxLength: 30 })
  .map((rows) => rows.map(([entity, second], at) => recordOf(entity, second, at)));

test('each entity has exactly one newest record: no other is later, and of equals it is the last row', () => {
  fc.assert(
    fc.property(records, (all) => {
      const newest = newestOfEachEntity(all);
      expect([...newest].map((one) => one.entityKey).sort()).toEqual([...new Set(all.map((one) => one.entityKey))].sort());
      for (const one of newest) {
        const rivals = all.filter((other) => other !== one && other.entityKey === one.entityKey);
        for (const rival of rivals) {
          expect(rival.eventTimeNs <= one.eventTimeNs).toBe(true);
          if (rival.eventTimeNs === one.eventTimeNs) expect(all.indexOf(rival)).toBeLessThan(all.indexOf(one));
        }
      }
    }),
  );
});
