import type { Access } from '../iam/access.ts';
import { demand } from '../iam/demand.ts';
import { guardBuckets } from '../iam/guard-buckets.ts';
import { impliedCalls } from '../iam/implied-calls.ts';
import { bucketArn } from '../iam/requests/s3-requests.ts';
import type { Buckets } from '../ports.ts';
import type { FeatureGroup } from '../sagemaker/feature-group.ts';

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
