import { type Inputs, ofType, type Resources } from '../resources.ts';

const isOurs = (key: unknown) => /^arn:aws:kms:[a-z0-9-]+:\d+:key\/Key-(data|operations)$/.test(String(key));

/** Type → the keys that it is encrypted with; an empty list means that it is not. */
const KEYS: Readonly<Record<string, (inputs: Inputs) => unknown[]>> = {
  'kinesis/stream:Stream': ({ encryptionType, kmsKeyId }) => (encryptionType === 'KMS' ? [kmsKeyId] : []),
  'cloudwatch/logGroup:LogGroup': ({ kmsKeyId }) => [kmsKeyId],
  'sns/topic:Topic': ({ kmsMasterKeyId }) => [kmsMasterKeyId],
  'sqs/queue:Queue': ({ kmsMasterKeyId }) => [kmsMasterKeyId],
  'lambda/function:Function': ({ kmsKeyArn }) => [kmsKeyArn],
  'sagemaker/featureGroup:FeatureGroup': ({ onlineStoreConfig, offlineStoreConfig }) => [
    ...(onlineStoreConfig === undefined ? [] : [onlineStoreConfig.securityConfig?.kmsKeyId]),
    ...(offlineStoreConfig === undefined ? [] : [offlineStoreConfig.s3StorageConfig.kmsKeyId]),
  ],
  'athena/workgroup:Workgroup': ({ configuration }) =>
    configuration.enforceWorkgroupConfiguration ? [configuration.resultConfiguration.encryptionConfiguration?.kmsKeyArn] : [],
};

/** Buckets, streams, groups, logs, results, dead letters and environments that our keys do not encrypt, and keys that stay. */
export function findUnencrypted(resources: Resources): string[] {
  const plain = Object.entries(KEYS).flatMap(([type, keysOf]) =>
    ofType(resources, type)
      .filter(({ inputs }) => keysOf(inputs).length === 0 || !keysOf(inputs).every(isOurs))
      .map(({ name }) => `${name}: not encrypted with our key`),
  );
  return [...plain, ...findPlainBuckets(resources), ...findFixedKeys(resources)];
}

function findPlainBuckets(resources: Resources): string[] {
  const encrypted = new Map(
    ofType(resources, 's3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration').map(({ inputs }) => [
      inputs.bucket,
      inputs.rules[0],
    ]),
  );
  return ofType(resources, 's3/bucket:Bucket').flatMap(({ name, inputs }) => {
    const rule = encrypted.get(inputs.bucket);
    const { sseAlgorithm, kmsMasterKeyId } = rule?.applyServerSideEncryptionByDefault ?? {};
    if (sseAlgorithm !== 'aws:kms' || !isOurs(kmsMasterKeyId)) return [`${name}: not encrypted with our key`];
    return rule.bucketKeyEnabled ? [] : [`${name}: every file costs a call to the key`];
  });
}

const findFixedKeys = (resources: Resources): string[] =>
  ofType(resources, 'kms/key:Key')
    .filter(({ inputs }) => inputs.enableKeyRotation !== true)
    .map(({ name }) => `${name}: its material is never turned over`);
