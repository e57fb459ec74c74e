/** The two keys of a stage, both turned over every year, and the role that SageMaker writes the offline store with. */

import { keepsData, type StageContext, tags } from './parts/context.ts';
import { createRole } from './parts/role.ts';
import { featureStorePolicy } from './policies/feature-store-policy.ts';
import { dataKeyPolicy, operationsKeyPolicy } from './policies/key-policies.ts';
import { trust } from './policies/trust.ts';

export type Keys = ReturnType<typeof createKeys>;

export function createKeys(context: StageContext) {
  return {
    data: createKey(
      context,
      'data',
      'files, records, streams and results',
      dataKeyPolicy(context, context.options.consumerAccounts),
    ),
    operations: createKey(context, 'operations', 'logs, alarms and dead letters', operationsKeyPolicy(context)),
  };
}

function createKey(context: StageContext, name: 'data' | 'operations', holds: string, policy: object) {
  const key = new aws.kms.Key(
    `Key-${name}`,
    {
      description: `tidemark ${context.stage}: ${holds}`,
      enableKeyRotation: true,
      deletionWindowInDays: context.profile.keyDeletionDays,
      policy: JSON.stringify(policy),
      tags: tags(context, { key: name }),
    },
    // Without its key nothing that it encrypts can be read again, evidence and logs included.
    keepsData(context),
  );
  new aws.kms.Alias(`Key-${name}-alias`, { name: `alias/tidemark-${context.stage}-${name}`, targetKeyId: key.keyId });
  return key;
}

export const createFeatureStoreRole = (context: StageContext, keys: Keys) =>
  createRole(context, 'FeatureStore', {
    logical: 'feature-store',
    trust: trust.sagemaker(context),
    keys,
    policy: featureStorePolicy,
  });
