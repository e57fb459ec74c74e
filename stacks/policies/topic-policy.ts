import type { Stage } from '@tidemark/functions/resolve-topology';
import { arnOf } from './place.ts';
import type { PolicyDocument, Statement } from './statement.ts';

/** Nobody speaks to it without TLS; who may speak at all, roles decide. */
export const queuePolicy = (stage: Stage, queue: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [onlyTls(['sqs:SendMessage', 'sqs:ReceiveMessage'], [arnOf(stage, 'sqs', queue)])],
});

const onlyTls = (Action: readonly string[], Resource: readonly string[]): Statement => ({
  Sid: 'OnlyTls',
  Effect: 'Deny',
  Principal: '*',
  Action,
  Resource,
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
});

/** Alarms of this account publish, over TLS; nobody else speaks. */
export function topicPolicy(stage: Stage, topic: string): PolicyDocument {
  const Resource = [arnOf(stage, 'sns', topic)];
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'AlarmsPublish',
        Effect: 'Allow',
        Principal: { Service: ['cloudwatch.amazonaws.com'] },
        Action: ['sns:Publish'],
        Resource,
        Condition: { StringEquals: { 'aws:SourceAccount': stage.account } },
      },
      onlyTls(['sns:Publish'], Resource),
    ],
  };
}
