import { randomUUID } from 'node:crypto';
import type { EngineContext } from '../engine-context.ts';

export interface Firing {
  readonly scheduleName: string;
  readonly scheduledMs: number;
  /** From 1. */
  readonly attemptNumber: number;
}

/**
 * The target's input: the schedule's own with `<aws.scheduler.…>` filled in, as text inside its strings, or Scheduler's
 * default event.
 */
export function scheduleInput(context: EngineContext, input: unknown, firing: Firing): unknown {
  const arn = `arn:aws:scheduler:${context.region}:${context.account}:schedule/default/${firing.scheduleName}`;
  const time = `${new Date(firing.scheduledMs).toISOString().slice(0, 19)}Z`;
  const executionId = randomUUID();
  if (input === undefined) {
    return {
      version: '0',
      id: executionId,
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
      account: context.account,
      time,
      region: context.region,
      resources: [arn],
      detail: '{}',
    };
  }
  const filled = JSON.stringify(input)
    .replaceAll('<aws.scheduler.scheduled-time>', time)
    .replaceAll('<aws.scheduler.schedule-arn>', arn)
    .replaceAll('<aws.scheduler.execution-id>', executionId)
    .replaceAll('<aws.scheduler.attempt-number>', String(firing.attemptNumber));
  const [unknown] = /<aws\.scheduler\.[^>]*>/.exec(filled) ?? [];
  if (unknown) throw new Error(`schedule ${firing.scheduleName}: the input names ${unknown}, which Scheduler does not know`);
  return JSON.parse(filled);
}
