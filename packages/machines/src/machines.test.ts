import validate from 'asl-validator';
import { describe, expect, test } from 'vitest';
import {
  backfillMachine,
  buildDatasetMachine,
  ingestMachine,
  monitorMachine,
  rebuildWindowsMachine,
  restoreMachine,
  snapshotMachine,
} from './index.ts';

const arn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const machines = {
  ingest: ingestMachine({ planIngest: arn('plan'), ingestChunk: arn('chunk'), sealIngest: arn('seal'), chunkConcurrency: 4 }),
  backfill: backfillMachine({
    beginBackfill: arn('begin'),
    cutBackfillFile: arn('cut'),
    readBackfillChunk: arn('read'),
    compareBackfill: arn('compare'),
    writeBackfillBucket: arn('write'),
    rebuildBackfillWindows: arn('windows'),
    sealBackfill: arn('seal'),
    endBackfill: arn('end'),
    workGroup: 'primary',
    fileConcurrency: 4,
    bucketConcurrency: 4,
  }),
  'build-dataset': buildDatasetMachine({
    prepareDataset: arn('prepare'),
    finishDataset: arn('finish'),
    verifyDataset: arn('verify'),
    publishDataset: arn('publish'),
    cleanDataset: arn('clean'),
    workGroup: 'primary',
    rangeConcurrency: 4,
  }),
  'rebuild-windows': rebuildWindowsMachine({
    pauseStream: arn('pause'),
    planRebuild: arn('plan'),
    rebuildBucket: arn('bucket'),
    sealRebuild: arn('seal'),
    resumeStream: arn('resume'),
    workGroup: 'primary',
    bucketConcurrency: 8,
  }),
  snapshot: snapshotMachine({
    planSnapshot: arn('plan'),
    prepareSnapshotQuery: arn('prepare'),
    sealSnapshotPart: arn('seal'),
    publishSnapshot: arn('publish'),
    cleanSnapshot: arn('clean'),
    workGroup: 'primary',
    queryConcurrency: 4,
    partConcurrency: 4,
  }),
  restore: restoreMachine({
    planRestore: arn('plan'),
    restorePart: arn('part'),
    restoreWindows: arn('windows'),
    sealRestore: arn('seal'),
    partConcurrency: 4,
  }),
  monitor: monitorMachine({
    planMonitor: arn('plan'),
    observeGroup: arn('observe'),
    compareGroup: arn('compare'),
    publishMonitor: arn('publish'),
    workGroup: 'primary',
  }),
};

/** Every state that a state can lead to, so that none stands alone and none is missing. */
function targets(state: Record<string, unknown>): string[] {
  const choices = (state.Choices ?? []) as { Next: string }[];
  const catches = (state.Catch ?? []) as { Next: string }[];
  return [state.Next, state.Default, ...choices.map((one) => one.Next), ...catches.map((one) => one.Next)].filter(
    (next): next is string => typeof next === 'string',
  );
}

type Processor = Pick<(typeof machines)['ingest'], 'StartAt' | 'States'>;

/** A machine and the processors of its Maps. */
const withProcessors = (machine: Processor): Processor[] => [
  machine,
  ...Object.values(machine.States).flatMap(({ ItemProcessor }) =>
    ItemProcessor === undefined ? [] : withProcessors(ItemProcessor as Processor),
  ),
];

describe.each(Object.entries(machines))('machine %s', (_name, machine) => {
  test('is valid Amazon States Language', () => {
    const { isValid, errorsText } = validate(machine as never);
    expect(errorsText('\n')).toBe('');
    expect(isValid).toBe(true);
  });

  test('has no state that cannot be reached, inside its Maps neither', () => {
    for (const { StartAt, States } of withProcessors(machine)) {
      const reached = new Set([StartAt]);
      for (const name of reached) for (const next of targets(States[name] as never)) reached.add(next);
      expect([...reached].sort()).toEqual(Object.keys(States).sort());
    }
  });

  test('is plain data: JSON gives it back', () => {
    expect(JSON.parse(JSON.stringify(machine))).toEqual(machine);
  });
});
