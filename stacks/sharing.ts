/** Optional: other accounts read features and history. Their own administrators decide which of their roles may. */
import type { FeatureGroups } from './feature-groups.ts';
import { type StageContext, tags } from './parts/context.ts';

export type BucketStatement = Extract<NonNullable<sst.aws.BucketArgs['policy']>, readonly unknown[]>[number];

/** What the offline bucket says about consumers: the history, read only. */
export function readersOf({ options }: StageContext, bucket: string): BucketStatement[] {
  if (bucket !== 'offline' || options.consumerAccounts.length === 0) return [];
  const identifiers = options.consumerAccounts.map((account) => `arn:aws:iam::${account}:root`);
  const principals = [{ type: 'aws' as const, identifiers }];
  return [
    { effect: 'allow', principals, actions: ['s3:GetObject'], paths: ['feature-store/*'] },
    { effect: 'allow', principals, actions: ['s3:GetBucketLocation', 's3:ListBucket'], paths: [''] },
  ];
}

/** AWS's own permission for consumers of a group: describe it and read its records. */
const READ_ONLY = 'arn:aws:ram::aws:permission/AWSRAMPermissionSageMakerFeatureGroupReadOnly';

/** The groups themselves, through AWS RAM, which writes their resource policies. */
export function shareGroups(context: StageContext, groups: FeatureGroups): void {
  const { consumerAccounts } = context.options;
  if (consumerAccounts.length === 0) return;
  const share = new aws.ram.ResourceShare('Consumers', {
    name: `tidemark-${context.stage}-features`,
    allowExternalPrincipals: true,
    permissionArns: [READ_ONLY],
    tags: tags(context, {}),
  });
  for (const account of consumerAccounts) {
    new aws.ram.PrincipalAssociation(`Consumer-${account}`, { resourceShareArn: share.arn, principal: account });
  }
  // Groups without an online store have nothing that a share could read; their history is in the bucket.
  for (const { groupName, resource } of groups.filter(({ stores }) => stores.online)) {
    new aws.ram.ResourceAssociation(`Shared-${groupName}`, { resourceShareArn: share.arn, resourceArn: resource.arn });
  }
}
