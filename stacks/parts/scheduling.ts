import { arnOf } from '../policies/place.ts';
import { queuePolicy } from '../policies/topic-policy.ts';
import type { Keys } from '../security.ts';
import { type StageContext, tags } from './context.ts';

export type Scheduling = ReturnType<typeof createScheduling>;

/** The group of a stage's schedules, and the queue for what they could not start: EventBridge Scheduler knows no other place. */
export function createScheduling(context: StageContext, keys: Keys) {
  const groupName = `tidemark-${context.stage}`;
  const queueName = `tidemark-${context.stage}-schedule-dead-letters`;
  const deadLetters = new aws.sqs.Queue('ScheduleDeadLetters', {
    name: queueName,
    kmsMasterKeyId: keys.operations.arn,
    messageRetentionSeconds: 14 * 86_400,
    tags: tags(context, { holds: 'schedules that could not start their target' }),
  });
  new aws.sqs.QueuePolicy('ScheduleDeadLettersPolicy', {
    queueUrl: deadLetters.url,
    policy: JSON.stringify(queuePolicy(context, queueName)),
  });
  return {
    groupName,
    deadLettersArn: arnOf(context, 'sqs', queueName),
    group: new aws.scheduler.ScheduleGroup('Schedules', { name: groupName, tags: tags(context, {}) }),
    deadLetters,
  };
}
