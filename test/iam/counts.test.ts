/** The counts that docs/costs.md is computed from are those of a run. */
import { expect, test } from 'vitest';
import type { AllCounts, Work } from '../../scripts/costs/compute-costs.ts';
import recorded from '../../scripts/costs/counts.json' with { type: 'json' };
import { countCalls } from '../costs/count-calls.ts';

const works: readonly Work[] = ['rows', 'events', 'reads', 'labels'];

test('what is recorded is what a run counts', async () => {
  const counted = await countCalls();
  const known = recorded as AllCounts;
  for (const work of works) {
    const { s3Writes, s3Reads, s3KeyUses, scannedBytes, ...exact } = counted[work];
    expect({ work, ...exact }).toMatchObject({
      work,
      units: known[work].units,
      invocations: known[work].invocations,
      transitions: known[work].transitions,
    });
    // Parts and retries move these a little.
    expect(s3Writes).toBeGreaterThanOrEqual(known[work].s3Writes * 0.7);
    expect(s3Writes).toBeLessThanOrEqual(known[work].s3Writes * 1.3 + 2);
    expect(s3Reads).toBeLessThanOrEqual(known[work].s3Reads * 1.3 + 2);
    expect(s3KeyUses).toBeLessThanOrEqual(known[work].s3KeyUses * 1.3 + 2);
    expect(scannedBytes).toBeLessThanOrEqual(known[work].scannedBytes * 1.3);
  }
});
