import {
  CreateBucketCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  type LambdaFunctionConfiguration,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { BucketNotification, BucketSpec } from './deployment.ts';

/** Creates or changes one bucket through S3's own API; tells what was changed. */
export async function deployBucket(s3: S3Client, spec: BucketSpec, functionArn: (name: string) => string): Promise<string[]> {
  const Bucket = spec.name;
  const changes: string[] = [];
  if (!(await exists(s3, Bucket))) {
    await s3.send(new CreateBucketCommand({ Bucket }));
    changes.push(`bucket ${Bucket} created`);
  }
  const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket }));
  if ((Status === 'Enabled') !== spec.versioned) {
    await s3.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: spec.versioned ? 'Enabled' : 'Suspended' } }),
    );
    changes.push(`bucket ${Bucket}: versioning ${spec.versioned ? 'enabled' : 'suspended'}`);
  }
  const current = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
  const wanted = spec.notifications.map((notification) => toConfiguration(notification, functionArn));
  if (essence(current.LambdaFunctionConfigurations ?? []) !== essence(wanted)) {
    await s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: { LambdaFunctionConfigurations: wanted },
      }),
    );
    changes.push(`bucket ${Bucket}: notifications set`);
  }
  return changes;
}

async function exists(s3: S3Client, Bucket: string): Promise<boolean> {
  try {
    await s3.send(new HeadBucketCommand({ Bucket }));
    return true;
  } catch (error) {
    if ((error as Error).name === 'NotFound') return false;
    throw error;
  }
}

function toConfiguration({ functionName, prefix, suffix }: BucketNotification, functionArn: (name: string) => string) {
  const rules = [
    ...(prefix ? [{ Name: 'prefix' as const, Value: prefix }] : []),
    ...(suffix ? [{ Name: 'suffix' as const, Value: suffix }] : []),
  ];
  return {
    LambdaFunctionArn: functionArn(functionName),
    Events: ['s3:ObjectCreated:*'],
    ...(rules.length > 0 ? { Filter: { Key: { FilterRules: rules } } } : {}),
  } satisfies LambdaFunctionConfiguration;
}

/** Without the ids, which S3 gives. */
const essence = (configurations: readonly LambdaFunctionConfiguration[]): string =>
  JSON.stringify(
    configurations
      .map(({ LambdaFunctionArn, Events, Filter }) => [
        LambdaFunctionArn,
        Events,
        Filter?.Key?.FilterRules?.map(({ Name, Value }) => [Name, Value]) ?? [],
      ])
      .sort(),
  );
