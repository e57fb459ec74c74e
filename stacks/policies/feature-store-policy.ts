import type { Permission } from '@tidemark/functions/topology';
import { permissionStatements } from './permission-statements.ts';
import type { Place } from './place.ts';
import { allow, type PolicyDocument, policyDocument } from './statement.ts';

const WRITE: Permission = { actions: ['s3:PutObject'], on: { bucket: 'offline', keys: 'feature-store/*' } };

/** A commit to an Iceberg table reads its metadata, and makes the table point to those that it wrote. */
const COMMIT: readonly Permission[] = [
  { actions: ['s3:GetObject'], on: { bucket: 'offline', keys: 'feature-store/*/metadata/*' } },
  { actions: ['glue:GetTable', 'glue:UpdateTable'], on: { tables: 'service-iceberg' } },
];

/** What SageMaker itself does: writes the offline store under its prefix, and looks whose bucket it is. */
export const featureStorePolicy = (place: Place): PolicyDocument =>
  policyDocument([
    ...permissionStatements(place, place.featureGroups['in-iceberg'].length === 0 ? [WRITE] : [WRITE, ...COMMIT]),
    allow('BucketOffline', ['s3:GetBucketAcl'], [`arn:aws:s3:::${place.names.bucket('offline')}`]),
  ]);
