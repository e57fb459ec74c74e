/** Optional: other accounts read features and history. Their own administrators decide which of their roles may. */
import type { StageContext } from './parts/context.ts';

export type BucketStatement = Extract<NonNullable<sst.aws.BucketArgs['policy']>, readonly unknown[]>[number];

const rootsOf = (accounts: readonly string[]) => accounts.map((account) => `arn:aws:iam::${account}:root`);

/** What the offline bucket says about consumers: the history, read only. */
export function readersOf({ options }: StageContext, bucket: string): BucketStatement[] {
  if (bucket !== 'offline' || options.consumerAccounts.length === 0) return [];
  const principals = [{ type: 'aws' as const, identifiers: rootsOf(options.consumerAccounts) }];
  return [
    { effect: 'allow', principals, actions: ['s3:GetObject'], paths: ['feature-store/*'] },
    { effect: 'allow', principals, actions: ['s3:GetBucketLocation', 's3:ListBucket'], paths: [''] },
  ];
}
