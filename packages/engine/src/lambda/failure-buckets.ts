import type { Access } from '../iam/access.ts';
import { demand } from '../iam/demand.ts';
import { guardBuckets } from '../iam/guard-buckets.ts';
import { impliedCalls } from '../iam/implied-calls.ts';
import { bucketArn } from '../iam/requests/s3-requests.ts';
import type { Buckets } from '../ports.ts';
import type { FunctionSpec } from './function-spec.ts';

/** S3 as Lambda writes a function's failures there: in the function's role, and only where that may list the bucket too. */
export function failureBuckets(buckets: Buckets, access: Access, { name, role }: Pick<FunctionSpec, 'name' | 'role'>): Buckets {
  const principal = access.byRole(role, name);
  const guarded = guardBuckets(buckets, access, principal, 'lambda.failure');
  const [, list] = impliedCalls.keepFailure.actions;
  return {
    ...guarded,
    async put(bucket, key, body) {
      demand(access, principal, 'lambda.failure', [{ action: list, resource: bucketArn(bucket) }]);
      return guarded.put(bucket, key, body);
    },
  };
}
