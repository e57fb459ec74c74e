import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMemoryObjectStore } from '../memory-object-store.fixture.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { holdLease, LEASE_MS, type LeaseClaim, releaseLease, takeLease } from './lease.ts';

const START_MS = Date.UTC(2026, 0, 31);
const claimOf = (owner: string): LeaseClaim => ({ flow: 'backfill', name: 'g', owner });

function setUp(objects: ObjectStore = createMemoryObjectStore()) {
  let nowMs = START_MS;
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { deps: { objects, ledger: 'ledger', nowMs: () => nowMs }, pass };
}

test('one holds it; the other learns who, and until when', async () => {
  const { deps } = setUp();
  expect(await takeLease(deps, { ...claimOf('a'), scheduledTime: '2026-01-31T00:00:00Z' })).toBeUndefined();
  expect(await takeLease(deps, claimOf('b'))).toEqual({
    owner: 'a',
    scheduledTime: '2026-01-31T00:00:00Z',
    takenAt: '2026-01-31T00:00:00.000Z',
    expiresAt: '2026-01-31T01:00:00.000Z',
    released: false,
  });
  await expect(holdLease(deps, claimOf('b'), 'BACKFILL_OVERLAP')).rejects.toMatchObject({
    code: 'BACKFILL_OVERLAP',
    message: expect.stringMatching(/^g: the execution a of backfill holds it .* until 2026-01-31T01:00:00.000Z/),
  });
});

const cases = [
  { why: 'its own, in the first half', byMs: LEASE_MS / 2 - 1, owner: 'a', taken: true, expiresInMs: LEASE_MS },
  {
    why: 'its own, in the second half, is kept longer',
    byMs: LEASE_MS / 2,
    owner: 'a',
    taken: true,
    expiresInMs: 1.5 * LEASE_MS,
  },
  { why: 'its own, expired but nobody came', byMs: LEASE_MS, owner: 'a', taken: true, expiresInMs: 2 * LEASE_MS },
  { why: "another's, a millisecond before its end", byMs: LEASE_MS - 1, owner: 'b', taken: false, expiresInMs: LEASE_MS },
  { why: "another's, expired, is taken over", byMs: LEASE_MS, owner: 'b', taken: true, expiresInMs: 2 * LEASE_MS },
];
test.each(cases)('$why', async ({ byMs, owner, taken, expiresInMs }) => {
  const { deps, pass } = setUp();
  await takeLease(deps, claimOf('a'));
  pass(byMs);
  expect((await takeLease(deps, claimOf(owner))) === undefined).toBe(taken);
  const held = await takeLease(deps, claimOf('c'));
  expect(held).toMatchObject({
    owner: taken ? owner : 'a',
    expiresAt: new Date(START_MS + expiresInMs).toISOString(),
  });
});

test('given back it is free at once; who does not hold it gives nothing back', async () => {
  const { deps } = setUp();
  await takeLease(deps, claimOf('a'));
  await releaseLease(deps, claimOf('b'));
  expect(await takeLease(deps, claimOf('b'))).toMatchObject({ owner: 'a' });
  await releaseLease(deps, claimOf('a'));
  expect(await takeLease(deps, claimOf('b'))).toBeUndefined();
  expect(await takeLease(deps, claimOf('a'))).toMatchObject({ owner: 'b' });
});

test('however the calls of two that try at once interleave, at most one has it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.boolean(), async (scheduler, expired) => {
      const memory = createMemoryObjectStore();
      const { deps, pass } = setUp(memory);
      if (expired) {
        await takeLease(deps, claimOf('before'));
        pass(LEASE_MS);
      }
      const slow: ObjectStore = {
        ...memory,
        head: scheduler.scheduleFunction(memory.head),
        read: scheduler.scheduleFunction(memory.read),
        putOnce: scheduler.scheduleFunction(memory.putOnce),
        replace: scheduler.scheduleFunction(memory.replace),
      };
      const both = Promise.all(['a', 'b'].map((owner) => takeLease({ ...deps, objects: slow }, claimOf(owner))));
      await scheduler.waitFor(both);
      const outcomes = await both;
      expect(outcomes.filter((other) => other === undefined)).toHaveLength(1);
      expect(outcomes.find((other) => other !== undefined)?.owner).toBe(outcomes[0] === undefined ? 'a' : 'b');
    }),
  );
});
