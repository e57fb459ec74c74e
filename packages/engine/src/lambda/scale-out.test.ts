import { expect, it } from 'vitest';
import { createScaleOut, PATIENCE_MS, type Queue } from './scale-out.ts';

const queue = { waiting: 4, queuedForMs: 0, serving: 1, starting: 0 };
const quick = () => {
  const scaleOut = createScaleOut();
  scaleOut.finished(5);
  return scaleOut;
};
const slow = () => {
  const scaleOut = createScaleOut();
  scaleOut.finished(2_000);
  return scaleOut;
};

it.each<{ why: string; scaleOut: () => ReturnType<typeof createScaleOut>; given: Partial<Queue>; starts: boolean }>([
  { why: 'nobody is there', scaleOut: quick, given: { serving: 0 }, starts: true },
  { why: 'a second one while nothing is known', scaleOut: createScaleOut, given: {}, starts: true },
  { why: 'no third one while nothing is known', scaleOut: createScaleOut, given: { serving: 2 }, starts: false },
  { why: 'the queue is gone before a start is over', scaleOut: quick, given: {}, starts: false },
  { why: 'the queue takes longer than a start', scaleOut: slow, given: {}, starts: true },
  { why: 'it is one instance for each that waits', scaleOut: slow, given: { waiting: 1, starting: 1 }, starts: false },
  { why: 'two start at a time', scaleOut: slow, given: { starting: 2 }, starts: false },
  { why: 'whatever was predicted, the load lasts', scaleOut: quick, given: { queuedForMs: 2 * PATIENCE_MS }, starts: true },
  { why: 'nothing waits', scaleOut: slow, given: { waiting: 0, serving: 0 }, starts: false },
])('starts $starts: $why', ({ scaleOut, given, starts }) => {
  expect(scaleOut().wantsOne({ ...queue, ...given })).toBe(starts);
});

it('learns how long starts take', () => {
  const scaleOut = createScaleOut();
  scaleOut.finished(40);
  expect(scaleOut.wantsOne(queue)).toBe(true);
  for (let i = 0; i < 20; i++) scaleOut.started(400);
  expect(scaleOut.wantsOne(queue)).toBe(false);
});
