/** Who learns of trouble: every alarm of packages/functions/src/alarms.ts, to one encrypted topic. */

import { definitions } from '@tidemark/features';
import { type Alarm, alarmsOf } from '@tidemark/functions/alarms';
import type { Foundation } from './foundation.ts';
import { tags } from './parts/context.ts';
import { pascal } from './policies/statement.ts';
import { topicPolicy } from './policies/topic-policy.ts';

type Api = sst.aws.ApiGatewayV2;

export function createObservability(foundation: Foundation, api: Api): void {
  const { context, keys } = foundation;
  const topic = new aws.sns.Topic('Alarms', {
    name: `tidemark-${context.stage}-alarms`,
    kmsMasterKeyId: keys.operations.arn,
    tags: tags(context, {}),
  });
  new aws.sns.TopicPolicy('AlarmsPolicy', {
    arn: topic.arn,
    policy: JSON.stringify(topicPolicy(context, `tidemark-${context.stage}-alarms`)),
  });
  if (context.options.alarmMail !== undefined) {
    new aws.sns.TopicSubscription('AlarmMail', { topic: topic.arn, protocol: 'email', endpoint: context.options.alarmMail });
  }
  for (const alarm of alarmsOf(context.stage, context.names, definitions)) createAlarm(foundation, api, topic, alarm);
}

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
