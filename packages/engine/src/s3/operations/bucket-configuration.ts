import { randomUUID } from 'node:crypto';
import {
  DeleteBucketPolicy$,
  type DeleteBucketPolicyCommandInput,
  type DeleteBucketPolicyCommandOutput,
  GetBucketNotificationConfiguration$,
  type GetBucketNotificationConfigurationCommandInput,
  type GetBucketNotificationConfigurationCommandOutput,
  GetBucketPolicy$,
  type GetBucketPolicyCommandInput,
  type GetBucketPolicyCommandOutput,
  GetBucketVersioning$,
  type GetBucketVersioningCommandInput,
  type GetBucketVersioningCommandOutput,
  PutBucketNotificationConfiguration$,
  type PutBucketNotificationConfigurationCommandInput,
  type PutBucketNotificationConfigurationCommandOutput,
  PutBucketPolicy$,
  type PutBucketPolicyCommandInput,
  type PutBucketPolicyCommandOutput,
  PutBucketVersioning$,
  type PutBucketVersioningCommandInput,
  type PutBucketVersioningCommandOutput,
} from '@aws-sdk/client-s3';
import { malformedXml, notImplemented, S3Error } from '../errors.ts';
import { type S3Operations, s3Operation } from '../http/s3-operation.ts';
import {
  type NotificationRule,
  parseNotificationConfiguration,
  printNotificationConfiguration,
} from '../notifications/notification-config.ts';
import type { S3Store } from '../s3-store.ts';

const LONGEST_POLICY_BYTES = 20 * 1024;

export function createBucketConfiguration(store: S3Store): S3Operations {
  const change = async (bucket: string, apply: () => void) => {
    await store.commit(() => {
      store.buckets.require(bucket);
      apply();
    });
    return {};
  };

  return {
    PutBucketVersioning: s3Operation<PutBucketVersioningCommandInput, PutBucketVersioningCommandOutput>(
      PutBucketVersioning$,
      ['VersioningConfiguration'],
      (input) => {
        const bucket = input.Bucket as string;
        const { Status, MFADelete } = input.VersioningConfiguration ?? {};
        if (MFADelete === 'Enabled') throw notImplemented('MFA delete');
        if (Status !== 'Enabled' && Status !== 'Suspended') throw malformedXml('Status is neither Enabled nor Suspended');
        return change(bucket, () => store.buckets.setVersioning(bucket, Status));
      },
    ),
    GetBucketVersioning: s3Operation<GetBucketVersioningCommandInput, GetBucketVersioningCommandOutput>(
      GetBucketVersioning$,
      [],
      (input) => {
        const { versioning } = store.buckets.require(input.Bucket as string);
        return versioning === 'Off' ? {} : { Status: versioning };
      },
    ),
    PutBucketNotificationConfiguration: s3Operation<
      PutBucketNotificationConfigurationCommandInput,
      PutBucketNotificationConfigurationCommandOutput
    >(PutBucketNotificationConfiguration$, ['NotificationConfiguration', 'SkipDestinationValidation'], (input) => {
      const bucket = input.Bucket as string;
      const rules = parseNotificationConfiguration(input.NotificationConfiguration ?? {}, randomUUID);
      const text = rules.length === 0 ? undefined : JSON.stringify(rules);
      return change(bucket, () => store.buckets.setNotification(bucket, text));
    }),
    GetBucketNotificationConfiguration: s3Operation<
      GetBucketNotificationConfigurationCommandInput,
      GetBucketNotificationConfigurationCommandOutput
    >(GetBucketNotificationConfiguration$, [], (input) => {
      const { notification } = store.buckets.require(input.Bucket as string);
      return printNotificationConfiguration(JSON.parse(notification ?? '[]') as NotificationRule[]);
    }),
    PutBucketPolicy: s3Operation<PutBucketPolicyCommandInput, PutBucketPolicyCommandOutput>(
      PutBucketPolicy$,
      ['Policy', 'ConfirmRemoveSelfBucketAccess'],
      async (input) => {
        const bucket = input.Bucket as string;
        const policy = checkPolicy(input.Policy ?? '');
        await change(bucket, () => store.buckets.setPolicy(bucket, policy));
        return { $status: 204 };
      },
    ),
    GetBucketPolicy: s3Operation<GetBucketPolicyCommandInput, GetBucketPolicyCommandOutput>(GetBucketPolicy$, [], (input) => {
      const { name, policy } = store.buckets.require(input.Bucket as string);
      if (policy === undefined) {
        throw new S3Error('NoSuchBucketPolicy', 'The bucket policy does not exist', 404, {
          fields: { BucketName: name },
        });
      }
      return { Policy: policy };
    }),
    DeleteBucketPolicy: s3Operation<DeleteBucketPolicyCommandInput, DeleteBucketPolicyCommandOutput>(
      DeleteBucketPolicy$,
      [],
      (input) => change(input.Bucket as string, () => store.buckets.setPolicy(input.Bucket as string, undefined)),
    ),
  };
}

function checkPolicy(text: string): string {
  if (Buffer.byteLength(text) > LONGEST_POLICY_BYTES) {
    throw new S3Error('PolicyTooLarge', `A bucket policy may have at most ${LONGEST_POLICY_BYTES} bytes`, 400);
  }
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw new S3Error('MalformedPolicy', "Policies must be valid JSON and the first byte must be '{'", 400);
  }
  if (policy === null || typeof policy !== 'object' || !('Statement' in policy)) {
    throw new S3Error('MalformedPolicy', 'Missing required field Statement', 400);
  }
  return text;
}
