import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestContext } from '../lambda/lambda.fixture.ts';
import { profiles } from '../settings.ts';
import { createEngineClock } from '../time/engine-clock.ts';
import { parseScheduleExpression } from './schedule-expression.ts';
import { createScheduler, type Schedule, type Scheduler } from './scheduler.ts';

const START_MS = Date.UTC(2026, 0, 5, 10, 0, 30);
const HOUR_MS = 3_600_000;

/** For a machine that is busy with something else. */
const patiently = { timeout: 15_000 };

let context: ReturnType<typeof createTestContext>;
let scheduler: Scheduler;
let fired: { target: string; input: unknown }[];
let absent = '';

function open(changes: Parameters<typeof createTestContext>[0] = {}) {
  Object.assign(context, changes);
  scheduler = createScheduler(context, {
    functions: {
      invoke: async () => ({ payload: '', requestId: '' }),
      invokeAsync: async (name, input) => {
        if (name === absent) throw new Error('Function not found');
        fired.push({ target: name, input });
      },
    },
    startExecution: (name, input) => fired.push({ target: `machine ${name}`, input }),
  });
}
beforeEach(() => {
  fired = [];
  absent = 'absent';
  context = createTestContext({ clock: createEngineClock(() => START_MS) });
  open();
});
afterEach(() => {
  scheduler.stop();
  context[Symbol.dispose]();
});

const hourly: Schedule = {
  name: 'hourly',
  expression: 'cron(0 * * * ? *)',
  target: { functionName: 'reconcile' },
  input: { at: '<aws.scheduler.scheduled-time>' },
};
const times = () => fired.map(({ input }) => (input as { at: string }).at);

describe('a schedule', () => {
  it('fires each time that the engine’s clock passes, with the scheduled time', async () => {
    scheduler.deploy([hourly]);
    context.clock.advance(HOUR_MS * 3);
    await expect.poll(times, patiently).toEqual(['2026-01-05T11:00:00Z', '2026-01-05T12:00:00Z', '2026-01-05T13:00:00Z']);
  });

  it('starts a machine, with Scheduler’s own event when it has no input', async () => {
    scheduler.deploy([{ name: 'nightly', expression: 'rate(1 day)', target: { stateMachine: 'backfill' } }]);
    context.clock.advance(24 * HOUR_MS);
    await expect.poll(() => fired.length, patiently).toBe(1);
    expect(fired[0]).toMatchObject({
      target: 'machine backfill',
      input: {
        source: 'aws.scheduler',
        time: '2026-01-06T10:00:30Z',
        resources: ['arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly'],
      },
    });
  });

  it('does not make up for what fell into a restart, and a rate keeps its phase', async () => {
    const rate = { ...hourly, expression: 'rate(2 hours)' };
    scheduler.deploy([rate]);
    scheduler.stop();
    open({ clock: createEngineClock(() => START_MS + 5 * HOUR_MS) });
    scheduler.deploy([rate]);
    context.clock.advance(HOUR_MS);
    await expect.poll(times, patiently).toEqual(['2026-01-05T16:00:30Z']);
  });

  it('that is deployed again is not doubled, and one that is gone is silent', async () => {
    scheduler.deploy([hourly, { ...hourly, name: 'other' }]);
    scheduler.deploy([hourly]);
    context.clock.advance(HOUR_MS);
    await expect.poll(() => fired.length, patiently).toBe(1);
  });

  it('fires twice when the engine is harsh', async () => {
    open({ settings: profiles.harsh, random: () => 0.4 });
    scheduler.deploy([hourly]);
    context.clock.advance(HOUR_MS);
    await expect.poll(times, patiently).toEqual(['2026-01-05T11:00:00Z', '2026-01-05T11:00:00Z']);
  });

  it('drops what is beyond 48 overdue firings, and says so', async () => {
    scheduler.deploy([{ ...hourly, expression: 'rate(1 minute)' }]);
    context.clock.advance(24 * HOUR_MS);
    await expect
      .poll(() => context.logged, patiently)
      .toEqual(['scheduler: hourly: more than 48 firings are overdue; the rest is dropped']);
    expect(fired).toHaveLength(48);
    context.clock.advance(60_000);
    await expect.poll(() => fired.length, patiently).toBe(49);
  });

  it('whose target refuses is logged and goes on', async () => {
    scheduler.deploy([{ ...hourly, target: { functionName: 'absent' } }]);
    context.clock.advance(2 * HOUR_MS);
    await expect
      .poll(() => context.logged, patiently)
      .toEqual(Array(2).fill('scheduler: hourly: the target refused: Function not found'));
  });
});

describe('a target that refuses', () => {
  const schedule: Schedule = {
    ...hourly,
    target: { functionName: 'absent' },
    input: { at: '<aws.scheduler.scheduled-time>', attempt: '<aws.scheduler.attempt-number>' },
  };
  const failed = 'scheduler: hourly: the target refused: Function not found';

  it('is tried again after longer and longer, with the same scheduled time', async () => {
    scheduler.deploy([schedule]);
    context.clock.advance(HOUR_MS);
    await expect.poll(() => context.logged, patiently).toEqual([failed]);
    absent = '';
    context.clock.advance(1_000);
    await expect
      .poll(() => fired, patiently)
      .toEqual([{ target: 'absent', input: { at: '2026-01-05T11:00:00Z', attempt: '2' } }]);
  });

  it('is given up when the policy says so', async () => {
    scheduler.deploy([{ ...schedule, retryPolicy: { maximumRetryAttempts: 1, maximumEventAgeSeconds: 3_600 } }]);
    context.clock.advance(HOUR_MS);
    await expect.poll(() => context.logged, patiently).toEqual([failed]);
    context.clock.advance(1_000);
    await expect.poll(() => context.logged, patiently).toEqual([failed, 'scheduler: hourly: given up after 2 attempts']);
    expect(fired).toEqual([]);
  });
});

describe('an expression', () => {
  const from = Date.UTC(2026, 0, 5, 10, 7);
  it.each([
    { expression: 'rate(5 minutes)', next: '2026-01-05T10:12:00.000Z', why: 'from its anchor' },
    { expression: 'cron(0/15 * * * ? *)', next: '2026-01-05T10:15:00.000Z', why: 'every quarter' },
    { expression: 'cron(8/20,5 * * * ? *)', next: '2026-01-05T10:08:00.000Z', why: 'from minute 8, every 20' },
    { expression: 'cron(30 3 ? * MON-FRI *)', next: '2026-01-06T03:30:00.000Z', why: 'weekdays by name' },
    { expression: 'cron(0 8 ? * 1 *)', next: '2026-01-11T08:00:00.000Z', why: 'day 1 is Sunday' },
    { expression: 'cron(0 8 ? * 2#2 *)', next: '2026-01-12T08:00:00.000Z', why: 'the second Monday' },
    { expression: 'cron(0 8 ? * 6L *)', next: '2026-01-30T08:00:00.000Z', why: 'the last Friday' },
    { expression: 'cron(0 8 ? * L *)', next: '2026-01-10T08:00:00.000Z', why: 'the week’s last day' },
    { expression: 'cron(0 8 L * ? *)', next: '2026-01-31T08:00:00.000Z', why: 'the month’s last day' },
    { expression: 'cron(0 8 1 2 ? 2027)', next: '2027-02-01T08:00:00.000Z', why: 'a year' },
  ])('$expression fires next at $next: $why', ({ expression, next }) => {
    expect(new Date(parseScheduleExpression(expression, from)(from) as number).toISOString()).toBe(next);
  });

  it('of a past year never fires', () => {
    expect(parseScheduleExpression('cron(0 8 1 1 ? 2020)', from)(from)).toBeUndefined();
  });

  it.each([
    'rate(5 minute)',
    'rate(1 minutes)',
    'rate(0 minutes)',
    'rate(5 seconds)',
    'cron(* * * * *)',
    'cron(0 8 * * * *)',
    'cron(0 8 ? * ? *)',
    'cron(61 * * * ? *)',
    'at(2026-01-01T00:00:00)',
    '0 8 * * *',
  ])('%s is refused', (expression) => {
    expect(() => parseScheduleExpression(expression, from)).toThrow(`schedule expression ${expression}: `);
  });
});

it('an unknown placeholder is refused when it is deployed', () => {
  expect(() => scheduler.deploy([{ ...hourly, input: '<aws.scheduler.when>' }])).toThrow('<aws.scheduler.when>');
});
