/**
 * Notifications on their way. Their rows commit together with the change they tell of and go when the delivery has
 * settled, so each is delivered at least once, whatever is killed in between. Order and count are as loose as the
 * settings say: a share is delivered twice, each after a delay of its own in the engine's time.
 *
 * Rows wait in memory only as (id, due); their text is read from the index when they are due.
 */
import type { EngineContext } from '../../engine-context.ts';
import type { BucketRow } from '../storage/bucket-index.ts';
import type { Commit } from '../storage/group-commit.ts';
import type { IndexDatabase } from '../storage/index-database.ts';
import { type NotificationRule, ruleMatches } from './notification-config.ts';
import { createObjectEvent, type ObjectChange } from './object-event.ts';

export type Deliver = (functionArn: string, event: unknown) => Promise<void>;

export interface Outbox {
  /** To be called inside the commit of the change. */
  add(bucket: BucketRow, change: ObjectChange): void;
  /** To be called after that commit. */
  wake(): void;
  start(): void;
  /** Resolves when no notification that is due is undelivered. */
  idle(): Promise<void>;
  /** Does not wait for deliveries under way: those that have not settled come again after the next start. */
  stop(): void;
}

interface Waiting {
  readonly id: number;
  readonly dueMs: number;
}

const MOST_AT_ONCE = 256;

export function createOutbox(
  { clock, settings, random, account, log }: EngineContext,
  deps: { database: IndexDatabase; commit: Commit; nextId: () => number; deliver: Deliver },
): Outbox {
  const insert = deps.database.prepare('INSERT INTO outbox (id, due_ms, function_arn, event) VALUES (?, ?, ?, ?)');
  const read = deps.database.prepare<[number], { function_arn: string; event: string }>(
    'SELECT function_arn, event FROM outbox WHERE id = ?',
  );
  const remove = deps.database.prepare<[number]>('DELETE FROM outbox WHERE id = ?');
  const waiting = deps.database
    .prepare<[], { id: number; due_ms: number }>('SELECT id, due_ms FROM outbox ORDER BY due_ms, id')
    .all()
    .map((row): Waiting => ({ id: row.id, dueMs: row.due_ms }));

  let state: 'new' | 'running' | 'stopped' = 'new';
  let underWay = 0;
  let cancelAlarm: (() => void) | undefined;
  const idlers: (() => void)[] = [];

  const due = () => (waiting[0]?.dueMs ?? Number.POSITIVE_INFINITY) <= clock.nowMs();

  const schedule = (entry: Waiting) => {
    let at = waiting.length;
    while (at > 0 && (waiting[at - 1] as Waiting).dueMs > entry.dueMs) at -= 1;
    waiting.splice(at, 0, entry);
  };

  const deliverOne = async ({ id }: Waiting) => {
    const row = read.get(id);
    // A commit that failed as a whole leaves an id without a row.
    if (row === undefined) return;
    try {
      await deps.deliver(row.function_arn, JSON.parse(row.event));
    } catch (error) {
      log(`s3: a notification to ${row.function_arn} was given up: ${(error as Error).message}`);
    }
    if (state === 'running') await deps.commit(() => remove.run(id));
  };

  const pump = () => {
    cancelAlarm?.();
    cancelAlarm = undefined;
    if (state !== 'running') return;
    while (underWay < MOST_AT_ONCE && due()) {
      underWay += 1;
      void deliverOne(waiting.shift() as Waiting)
        .catch((error: Error) => log(`s3: a delivered notification stays in the outbox: ${error.message}`))
        .finally(() => {
          underWay -= 1;
          pump();
        });
    }
    if (underWay === 0 && !due()) for (const resolve of idlers.splice(0)) resolve();
    const next = waiting[0];
    if (next !== undefined && !due()) cancelAlarm = clock.at(next.dueMs, pump);
  };

  const dueAt = (nowMs: number) => {
    const [least, most] = settings.objectEventDelayMs;
    return nowMs + least + Math.floor(random() * (most - least + 1));
  };

  return {
    add(bucket, change) {
      if (bucket.notification === undefined) return;
      const rules = JSON.parse(bucket.notification) as NotificationRule[];
      for (const rule of rules) {
        if (!ruleMatches(rule, `s3:${change.eventName}`, change.key)) continue;
        const origin = { bucket: bucket.name, region: bucket.region, account, ruleId: rule.id };
        const event = JSON.stringify(createObjectEvent(change, origin));
        const copies = random() < settings.objectEventDuplicateShare ? 2 : 1;
        for (let copy = 0; copy < copies; copy += 1) {
          const entry = { id: deps.nextId(), dueMs: dueAt(change.atMs) };
          insert.run(entry.id, entry.dueMs, rule.functionArn, event);
          schedule(entry);
        }
      }
    },
    wake: pump,
    start() {
      state = 'running';
      pump();
    },
    idle: () =>
      state === 'stopped' || (underWay === 0 && !due()) ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve)),
    stop() {
      state = 'stopped';
      cancelAlarm?.();
      for (const resolve of idlers.splice(0)) resolve();
    },
  };
}
