import { CreateFeatureGroupCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { defineEntity, defineGroup, integral, text } from '@tidemark/domain';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { createFeatureGroups } from './sagemaker-feature-groups.ts';

const sagemaker = mockClient(SageMakerClient);
const groups = createFeatureGroups(new SageMakerClient({ region: 'us-east-1' }), { offlineStoreUri: 's3://b/p', roleArn: 'arn' });

test('a group is created with tags that say what it is, whose, and how sensitive', async () => {
  sagemaker.on(CreateFeatureGroupCommand).resolves({});
  await groups.create(
    'dev-visits-v1',
    defineGroup({
      name: 'visits',
      entity: defineEntity({ name: 'airport', key: { airport: 'string' } }),
      owner: 'care',
      features: { count: integral(), guest: text({ sensitivity: 'personal' }) },
    }),
  );
  const [call] = sagemaker.commandCalls(CreateFeatureGroupCommand);
  expect(call?.args[0].input.Tags).toEqual([
    { Key: 'tidemark:group', Value: 'visits' },
    { Key: 'tidemark:owner', Value: 'care' },
    { Key: 'tidemark:sensitivity', Value: 'personal' },
  ]);
});
