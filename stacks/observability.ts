/** Who learns of trouble: every alarm of packages/functions/src/alarms.ts, to one encrypted topic, and a dashboard of them. */

import { definitions } from '@tidemark/features';
import { type Alarm, alarmsOf } from '@tidemark/functions/alarms';
import type { Foundation } from './foundation.ts';
import { tags } from './parts/context.ts';
import { dashboardBody } from './parts/dashboard.ts';
import { pascal } from './policies/statement.ts';
import { topicPolicy } from './policies/topic-policy.ts';

type Api = sst.aws.ApiGatewayV2;

export function createObservability(foundation: Foundation, api: Api): void {
  const { context } = foundation;
  const topic = createTopic(foundation);
  const alarms = alarmsOf(context.stage, context.names, definitions);
  for (const alarm of [...alarms, deadLetters(foundation)]) createAlarm(foundation, api, topic, alarm);
  new aws.cloudwatch.Dashboard('Watch', {
    dashboardName: `tidemark-${context.stage}`,
    dashboardBody: api.nodes.api.id.apply((id) => JSON.stringify(dashboardBody(alarms, context.region, id))),
  });
}

function createTopic({ context, keys }: Foundation): aws.sns.Topic {
  const name = `tidemark-${context.stage}-alarms`;
  const topic = new aws.sns.Topic('Alarms', { name, kmsMasterKeyId: keys.operations.arn, tags: tags(context, {}) });
  new aws.sns.TopicPolicy('AlarmsPolicy', { arn: topic.arn, policy: JSON.stringify(topicPolicy(context, name)) });
  if (context.options.alarmMail !== undefined) {
    new aws.sns.TopicSubscription('AlarmMail', { topic: topic.arn, protocol: 'email', endpoint: context.options.alarmMail });
  }
  return topic;
}

/** Only the deployment has this queue; the engine's schedules try again for themselves. */
const deadLetters = ({ scheduling }: Foundation): Alarm => ({
  name: 'schedule-dead-letters',
  namespace: 'AWS/SQS',
  metric: 'ApproximateNumberOfMessagesVisible',
  dimensions: { QueueName: scheduling.deadLettersArn.split(':').at(-1) ?? '' },
  statistic: 'Maximum',
  periodSeconds: 300,
  evaluationPeriods: 1,
  datapointsToAlarm: 1,
  comparison: 'GreaterThanThreshold',
  threshold: 0,
  missingData: 'notBreaching',
  description:
    'A schedule could not start its target for a day. The message says which and why: start it by hand, then delete it.',
});

function createAlarm({ context }: Foundation, api: Api, topic: aws.sns.Topic, alarm: Alarm): void {
  const isPercentile = /^p\d/.test(alarm.statistic);
  new aws.cloudwatch.MetricAlarm(`Alarm${pascal(alarm.name)}`, {
    name: `tidemark-${context.stage}-${alarm.name}`,
    alarmDescription: alarm.description,
    namespace: alarm.namespace,
    metricName: alarm.metric,
    dimensions: Object.fromEntries(
      Object.entries(alarm.dimensions).map(([name, value]) => [name, typeof value === 'string' ? value : api.nodes.api.id]),
    ),
    ...(isPercentile ? { extendedStatistic: alarm.statistic } : { statistic: alarm.statistic }),
    period: alarm.periodSeconds,
    evaluationPeriods: alarm.evaluationPeriods,
    datapointsToAlarm: alarm.datapointsToAlarm,
    comparisonOperator: alarm.comparison,
    threshold: alarm.threshold,
    treatMissingData: alarm.missingData,
    alarmActions: [topic.arn],
    okActions: [topic.arn],
    actionsEnabled: context.profile.alarms,
    tags: tags(context, {}),
  });
}
