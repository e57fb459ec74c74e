/**
 * What a topology permission becomes: the actions themselves, and the use of the key that AWS makes for the caller with the
 * caller's own rights.
 *
 * | call | implied | source |
 * | --- | --- | --- |
 * | s3:GetObject(Version) | kms:Decrypt through S3, context: the bucket | S3 User Guide, "Using SSE-KMS": bucket keys |
 * | s3:PutObject | kms:GenerateDataKey; kms:Decrypt only for parts, which no function of ours uploads | the same |
 * | sagemaker records | kms:Decrypt through SageMaker | SageMaker Developer Guide, "Security and access control" of Feature Store |
 * | kinesis:Get* / Put* | kms:Decrypt / kms:GenerateDataKey through Kinesis | Kinesis Developer Guide, "Permissions to use KMS keys" |
 */
import type { Permission } from '@tidemark/functions/topology';
import { resourcesOf } from './permission-resources.ts';
import { type Place, viaService } from './place.ts';
import { allow, pascal, type Statement } from './statement.ts';

export const permissionStatements = (place: Place, permissions: readonly Permission[]): Statement[] => [
  ...permissions.flatMap((permission) => directStatements(place, permission)),
  ...permissions.flatMap((permission) => keyStatements(place, permission)),
];

function directStatements(place: Place, { actions, on }: Permission): Statement[] {
  return actions.map((action) => allow(sidOf(on), [action], resourcesOf(place, action, on), conditionOf(place, action, on)));
}

/** A mapping's ARN does not say whose it is; the function that it calls does. */
function conditionOf(place: Place, action: string, on: Permission['on']): Statement['Condition'] {
  if (!('mappingsOf' in on) || action === 'lambda:ListEventSourceMappings') return undefined;
  return { ArnEquals: { 'lambda:FunctionArn': place.names.functionArn(on.mappingsOf) } };
}

function keyStatements(place: Place, { actions, on }: Permission): Statement[] {
  const reads = actions.some((action) =>
    /^(s3:GetObject|s3:ListMultipartUploadParts|kinesis:(Get|Subscribe)|sagemaker:\w*Record)/.test(action),
  );
  const writes = actions.some((action) => /^(s3:PutObject|kinesis:Put)/.test(action));
  const keyActions = [...(reads ? ['kms:Decrypt'] : []), ...(writes ? ['kms:GenerateDataKey'] : [])];
  const condition = keyCondition(place, on);
  if (keyActions.length === 0 || condition === undefined || ('headsOnly' in on && on.headsOnly)) return [];
  return [allow(`${sidOf(on)}Key`, keyActions, [place.keys.data], { StringEquals: condition })];
}

function keyCondition(place: Place, on: Permission['on']): Record<string, string> | undefined {
  if ('bucket' in on) {
    return { ...viaService(place, 's3'), 'kms:EncryptionContext:aws:s3:arn': `arn:aws:s3:::${place.names.bucket(on.bucket)}` };
  }
  if ('featureGroups' in on) return viaService(place, 'sagemaker');
  if ('streams' in on) return viaService(place, 'kinesis');
  return undefined;
}

function sidOf(on: Permission['on']): string {
  if ('bucket' in on) return `Bucket${pascal(on.bucket)}`;
  if ('machine' in on) return `Machine${pascal(on.machine)}`;
  if ('featureGroups' in on) return 'FeatureGroups';
  if ('streams' in on) return 'Streams';
  if ('mappingsOf' in on) return 'Mappings';
  if ('logGroup' in on) return `Log${pascal(on.logGroup)}`;
  return `Tables${pascal(on.tables)}`;
}
