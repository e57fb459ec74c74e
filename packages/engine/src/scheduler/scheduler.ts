/**
 * EventBridge Scheduler: recurring schedules in the engine's time.
 *
 * Gaps
 * - No control plane: schedules come from the deployment. No one-time schedules, time zones (UTC only), flexible windows,
 *   start and end dates, or dead-letter queues. What waits to be tried again does not survive a restart.
 *
 * Differences by design
 * - A rate counts from the first deployment of name and expression (kept in `scheduler/anchors.json`, so restarts do not
 *   shift it) and fires first one period later.
 * - Firings that fall into a time when the engine was down are not made up for. When the engine's time jumps (a test, a
 *   laptop that slept), each firing in between happens, up to 48 a schedule; older ones are dropped and logged.
 * - `scheduleDuplicateShare` of the firings happen twice, as "at least once" allows.
 *
 * Client quirks: none; nobody calls it.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateMachineArn } from '../deployment/deploy-machines.ts';
import type { EngineContext } from '../engine-context.ts';
import { type Access, openAccess } from '../iam/access.ts';
import { demand } from '../iam/demand.ts';
import { functionArn } from '../lambda/function-spec.ts';
import type { Functions } from '../ports.ts';
import { createDeliverer, DEFAULT_RETRY_POLICY, type RetryPolicy } from './deliver.ts';
import { type NextFiring, parseScheduleExpression } from './schedule-expression.ts';
import { scheduleInput } from './schedule-input.ts';

/** One schedule, as plain data. */
export interface Schedule {
  readonly name: string;
  /** `rate(5 minutes)` or `cron(0 3 * * ? *)`, UTC. */
  readonly expression: string;
  readonly target: { readonly functionName: string } | { readonly stateMachine: string };
  /** Name of a role of the deployment, in which the target is started. Left out: it may do everything. */
  readonly role?: string;
  /** JSON; strings may contain `<aws.scheduler.scheduled-time>`. Left out: Scheduler's default event. */
  readonly input?: unknown;
  /** For a target that refuses. Default: 185 times within 24 hours. */
  readonly retryPolicy?: RetryPolicy;
}

export interface SchedulerOptions {
  readonly functions: Functions;
  readonly startExecution: (stateMachineName: string, input: unknown) => Promise<unknown> | unknown;
  readonly access?: Access;
}

export interface Scheduler {
  /** Replaces all schedules. @throws Error that names the schedule, before anything changes. */
  deploy(schedules: readonly Schedule[]): void;
  stop(): void;
}

const MOST_AT_ONCE = 48;

export function createScheduler(
  context: EngineContext,
  { functions, startExecution, access = openAccess }: SchedulerOptions,
): Scheduler {
  const anchors = openAnchors(join(context.dataDir, 'scheduler'));
  const alarms = new Map<string, () => void>();
  const deliverer = createDeliverer(context);

  function authorize({ name, target, role }: Schedule): void {
    const request =
      'functionName' in target
        ? { action: 'lambda:InvokeFunction', resource: functionArn(context, target.functionName) }
        : { action: 'states:StartExecution', resource: stateMachineArn(context, target.stateMachine) };
    demand(access, access.byRole(role, name), 'scheduler.start', [request]);
  }

  async function fire(schedule: Schedule, scheduledMs: number): Promise<void> {
    const { name, target, input, retryPolicy } = schedule;
    const times = context.random() < context.settings.scheduleDuplicateShare ? 2 : 1;
    const attempt = async (attemptNumber: number) => {
      const filled = scheduleInput(context, input, { scheduleName: name, scheduledMs, attemptNumber });
      authorize(schedule);
      if ('functionName' in target) await functions.invokeAsync(target.functionName, filled);
      else await startExecution(target.stateMachine, filled);
    };
    for (let i = 0; i < times; i += 1) {
      await deliverer.deliver({ scheduleName: name, policy: retryPolicy ?? DEFAULT_RETRY_POLICY, attempt });
    }
  }

  function arm(schedule: Schedule, next: NextFiring, afterMs: number, behind = 0): void {
    const dueMs = next(afterMs);
    if (dueMs === undefined) return;
    const cancel = context.clock.at(dueMs, () => {
      void fire(schedule, dueMs);
      const isBehind = (next(dueMs) ?? Number.POSITIVE_INFINITY) <= context.clock.nowMs();
      if (isBehind && behind + 1 >= MOST_AT_ONCE) {
        context.log(`scheduler: ${schedule.name}: more than ${MOST_AT_ONCE} firings are overdue; the rest is dropped`);
        return arm(schedule, next, context.clock.nowMs());
      }
      arm(schedule, next, dueMs, isBehind ? behind + 1 : 0);
    });
    alarms.set(schedule.name, cancel);
  }

  const cancelAll = () => {
    for (const cancel of alarms.values()) cancel();
    alarms.clear();
  };

  return {
    deploy(schedules) {
      const names = new Set(schedules.map(({ name }) => name));
      if (names.size < schedules.length) throw new Error('two schedules have the same name');
      const nowMs = context.clock.nowMs();
      const parsed = schedules.map((schedule) => ({
        schedule,
        next: parseScheduleExpression(schedule.expression, anchors.of(schedule, nowMs)),
      }));
      for (const { schedule } of parsed)
        scheduleInput(context, schedule.input, { scheduleName: schedule.name, scheduledMs: nowMs, attemptNumber: 1 });
      anchors.keep(schedules);
      cancelAll();
      for (const { schedule, next } of parsed) arm(schedule, next, nowMs);
    },
    stop() {
      cancelAll();
      deliverer.stop();
    },
  };
}

/** When each schedule was first deployed. */
function openAnchors(directory: string) {
  const file = join(directory, 'anchors.json');
  let anchors: Record<string, number> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const keyOf = ({ name, expression }: Schedule) => `${name} ${expression}`;
  const fresh = new Map<string, number>();
  return {
    of(schedule: Schedule, nowMs: number): number {
      const anchorMs = anchors[keyOf(schedule)] ?? nowMs;
      fresh.set(keyOf(schedule), anchorMs);
      return anchorMs;
    },
    keep(schedules: readonly Schedule[]): void {
      anchors = Object.fromEntries(schedules.map((schedule) => [keyOf(schedule), fresh.get(keyOf(schedule)) as number]));
      mkdirSync(directory, { recursive: true });
      writeFileSync(file, JSON.stringify(anchors, null, 2));
    },
  };
}
