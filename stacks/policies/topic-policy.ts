import type { Stage } from '@tidemark/functions/resolve-topology';
import { arnOf } from './place.ts';
import type { PolicyDocument } from './statement.ts';

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
      {
        Sid: 'OnlyTls',
        Effect: 'Deny',
        Principal: '*',
        Action: ['sns:Publish'],
        Resource,
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  };
}
