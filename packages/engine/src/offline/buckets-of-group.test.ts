import { expect, test } from 'vitest';
import { createAccess } from '../iam/access.ts';
import type { Buckets, StoredObject } from '../ports.ts';
import type { FeatureGroup } from '../sagemaker/feature-group.ts';
import { bucketsOfGroup } from './buckets-of-group.ts';

const TABLE = 'arn:aws:glue:eu-west-1:123456789012:table/sagemaker_featurestore/trips_1';
const needed = {
  's3:PutObject': ['arn:aws:s3:::lake/store/*'],
  's3:GetBucketAcl': ['arn:aws:s3:::lake'],
  's3:GetObject': ['arn:aws:s3:::lake/store/trips-1/metadata/*'],
  'glue:GetTable': ['arn:aws:glue:eu-west-1:123456789012:catalog', `${TABLE.split(':table/')[0]}:database/*`, TABLE],
  'glue:UpdateTable': ['arn:aws:glue:eu-west-1:123456789012:catalog', `${TABLE.split(':table/')[0]}:database/*`, TABLE],
};
const withoutCommit = ['s3:GetObject', 'glue:GetTable', 'glue:UpdateTable'] as const;

/** A file put into a group's history in its role, which may do what is left of the above. */
function put(TableFormat: 'Glue' | 'Iceberg', lacking: readonly string[]): Promise<StoredObject> {
  const access = createAccess({ account: '123456789012', region: 'eu-west-1' });
  const Statement = Object.entries(needed)
    .filter(([action]) => !lacking.includes(action))
    .map(([Action, Resource]) => ({ Effect: 'Allow' as const, Action, Resource }));
  access.deploy({ roles: [{ name: 'store', policies: [{ Version: '2012-10-17', Statement }] }], buckets: [{ name: 'lake' }] });
  const group = {
    arn: 'arn:aws:sagemaker:eu-west-1:123456789012:feature-group/trips',
    roleArn: 'arn:aws:iam::123456789012:role/store',
    offline: {
      TableFormat,
      S3StorageConfig: { ResolvedOutputS3Uri: 's3://lake/store/trips-1/data' },
      DataCatalogConfig: { Database: 'sagemaker_featurestore', TableName: 'trips_1' },
    },
  } as unknown as FeatureGroup;
  const buckets = { put: async (_: string, key: string) => ({ key }) } as unknown as Buckets;
  return bucketsOfGroup(buckets, access, group, 'lake').put('lake', 'store/trips-1/data/a.parquet', new Uint8Array());
}

test('files of a Glue history need nothing of the catalogue', async () => {
  await expect(put('Glue', withoutCommit)).resolves.toMatchObject({ key: 'store/trips-1/data/a.parquet' });
});

test('files of an Iceberg history come with a commit to its table, each part of which the role must be allowed', async () => {
  await expect(put('Iceberg', [])).resolves.toMatchObject({ key: 'store/trips-1/data/a.parquet' });
  for (const action of withoutCommit)
    await expect(put('Iceberg', [action])).rejects.toMatchObject({
      code: 'AccessDeniedException',
      message: expect.stringContaining(action),
    });
});
