import type { Access } from '../iam/access.ts';
import type { AccessRequest } from '../iam/decide.ts';
import { demand } from '../iam/demand.ts';
import { guardBuckets } from '../iam/guard-buckets.ts';
import { impliedCalls } from '../iam/implied-calls.ts';
import { glueResource } from '../iam/requests/glue-arns.ts';
import { bucketArn } from '../iam/requests/s3-requests.ts';
import type { Buckets } from '../ports.ts';
import type { FeatureGroup } from '../sagemaker/feature-group.ts';
import { parseS3Uri, tableLocation } from '../sagemaker/store-configs.ts';

const CALL = 'sagemaker.offline-store';

/** S3 as Feature Store writes a group there: in the group's role, under the group's key where it has one of its own. */
export function bucketsOfGroup(buckets: Buckets, access: Access, group: FeatureGroup, bucket: string): Buckets {
  const principal = access.byRole(group.roleArn, 'SageMaker');
  if (principal === undefined) return buckets;
  const guarded = guardBuckets(buckets, access, principal, CALL);
  const key = group.offline?.S3StorageConfig?.KmsKeyId;
  const [, readAcl] = impliedCalls.writeOfflineStore.actions;
  const check = () =>
    demand(access, principal, CALL, [
      { action: readAcl, resource: bucketArn(bucket) },
      ...(key === undefined || key === access.keyOfBucket(bucket)
        ? []
        : impliedCalls.writeEncryptedOfflineStore.actions.map((action) => ({ action, resource: key }))),
      ...commitRequests(group),
    ]);
  return {
    ...buckets,
    async put(...target) {
      check();
      return guarded.put(...target);
    },
    async adopt(...target) {
      check();
      return guarded.adopt(...target);
    },
  };
}

/** What a commit to the group's Iceberg table asks for: the table, and the metadata that it points to. */
function commitRequests({ arn, offline }: FeatureGroup): AccessRequest[] {
  if (offline?.TableFormat !== 'Iceberg') return [];
  const [, , , region = '', account = ''] = arn.split(':');
  const { Database, TableName } = offline.DataCatalogConfig ?? {};
  const { bucket, prefix } = parseS3Uri(tableLocation(offline));
  const [readMetadata, ...onTable] = impliedCalls.commitIceberg.actions;
  const resources = glueResource({ account, region }, { database: Database, table: TableName });
  return [
    { action: readMetadata, resource: `${bucketArn(bucket)}/${prefix}/metadata/metadata.json` },
    ...onTable.flatMap((action) => resources.map((resource) => ({ action, resource }))),
  ];
}
