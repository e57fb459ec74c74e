/**
 * Policies of the two keys. A key's policy speaks of the key alone: its resource is always `*`. Who may use it is decided by
 * the roles' own policies, which is what the account's root stands for; services that act for nobody in particular are named.
 */
import type { Stage } from '@tidemark/functions/resolve-topology';
import { arnOf } from './place.ts';
import type { PolicyDocument, Statement } from './statement.ts';

const THIS_KEY = ['*'];

const administration = ({ account }: Stage): Statement => ({
  Sid: 'AccountDecidesByIam',
  Effect: 'Allow',
  Principal: { AWS: [`arn:aws:iam::${account}:root`] },
  Action: ['kms:*'],
  Resource: THIS_KEY,
});

export const dataKeyPolicy = (stage: Stage, consumers: readonly string[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [administration(stage), ...(consumers.length === 0 ? [] : [consumerReads(stage, consumers)])],
});

/** Other accounts decrypt what they may read of the offline store and of the groups, never anything else. */
const consumerReads = ({ region }: Stage, consumers: readonly string[]): Statement => ({
  Sid: 'ConsumersRead',
  Effect: 'Allow',
  Principal: { AWS: consumers.map((account) => `arn:aws:iam::${account}:root`) },
  Action: ['kms:Decrypt', 'kms:DescribeKey'],
  Resource: THIS_KEY,
  Condition: { StringEquals: { 'kms:ViaService': [`s3.${region}.amazonaws.com`, `sagemaker.${region}.amazonaws.com`] } },
});

export const operationsKeyPolicy = (stage: Stage): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    administration(stage),
    {
      Sid: 'LogsEncrypt',
      Effect: 'Allow',
      Principal: { Service: [`logs.${stage.region}.amazonaws.com`] },
      Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
      Resource: THIS_KEY,
      Condition: {
        ArnLike: { 'kms:EncryptionContext:aws:logs:arn': arnOf(stage, 'logs', `log-group:/tidemark/${stage.stage}/*`) },
      },
    },
    {
      Sid: 'AlarmsReachTheTopic',
      Effect: 'Allow',
      Principal: { Service: ['cloudwatch.amazonaws.com'] },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: THIS_KEY,
      Condition: { StringEquals: { 'aws:SourceAccount': stage.account } },
    },
  ],
});
