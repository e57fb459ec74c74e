import { permissionStatements } from './permission-statements.ts';
import type { Place } from './place.ts';
import { allow, type PolicyDocument, policyDocument } from './statement.ts';

/** What SageMaker itself does: writes the offline store under its prefix, and looks whose bucket it is. */
export const featureStorePolicy = (place: Place): PolicyDocument =>
  policyDocument([
    ...permissionStatements(place, [{ actions: ['s3:PutObject'], on: { bucket: 'offline', keys: 'feature-store/*' } }]),
    allow('BucketOffline', ['s3:GetBucketAcl'], [`arn:aws:s3:::${place.names.bucket('offline')}`]),
  ]);
