/** The buckets of the topology and one for artefacts: TLS only, no public access, our key, lifecycle from the data map. */
import { type BucketName, topology } from '@tidemark/functions/topology';
import { dataMap } from '@tidemark/pipeline/data-map';
import { keepsData, type StageContext, tags } from './parts/context.ts';
import { pascal } from './policies/statement.ts';
import type { Keys } from './security.ts';
import { type BucketStatement, readersOf } from './sharing.ts';

export type Storage = ReturnType<typeof createStorage>;

export function createStorage(context: StageContext, keys: Keys) {
  const names = Object.keys(topology.buckets) as BucketName[];
  return {
    buckets: Object.fromEntries(names.map((name) => [name, createBucket(context, keys, name)])) as Record<BucketName, Bucket>,
    artefacts: createBucket(context, keys, 'artefacts'),
  };
}

type Bucket = sst.aws.Bucket;

function createBucket(context: StageContext, keys: Keys, name: BucketName | 'artefacts'): Bucket {
  const logical = `Bucket${pascal(name)}`;
  // What stays a few days by the data map is not worth an old version, or a lock.
  const scratch = name === 'work';
  const bucketName = context.names.bucket(name as BucketName);
  const bucket = new sst.aws.Bucket(logical, {
    cors: false,
    versioning: !scratch,
    policy: [...tlsPolicy, ...readersOf(context, name)],
    transform: {
      bucket(args, opts) {
        args.bucket = bucketName;
        args.forceDestroy = !context.profile.keepsData;
        args.tags = tags(context, { bucket: name });
        if (!scratch) Object.assign(opts, keepsData(context));
        return undefined;
      },
    },
  });
  new aws.s3.BucketServerSideEncryptionConfiguration(`${logical}Encryption`, {
    bucket: bucket.name,
    rules: [
      {
        applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: keys.data.arn },
        // One key call for many files instead of one each.
        bucketKeyEnabled: true,
      },
    ],
  });
  new aws.s3.BucketLifecycleConfiguration(`${logical}Lifecycle`, {
    bucket: bucket.name,
    rules: [...retentionRules(name), ...housekeeping(context, scratch)],
  });
  return bucket;
}

/** Beside SST's own statement against plain HTTP: nothing older than TLS 1.2. */
const tlsPolicy: BucketStatement[] = [
  {
    effect: 'deny',
    principals: '*',
    actions: ['s3:*'],
    conditions: [{ test: 'NumericLessThan', variable: 's3:TlsVersion', values: ['1.2'] }],
  },
];

const retentionRules = (name: string) =>
  dataMap
    .filter(({ bucket, retentionDays }) => bucket === name && retentionDays !== undefined)
    .map(({ prefix, retentionDays }) => ({
      id: `expire-${prefix.replaceAll('/', '')}`,
      status: 'Enabled',
      filter: { prefix },
      expiration: { days: retentionDays },
    }));

const housekeeping = ({ profile }: StageContext, scratch: boolean) => [
  {
    id: 'abandoned-uploads',
    status: 'Enabled',
    filter: { prefix: '' },
    abortIncompleteMultipartUpload: { daysAfterInitiation: 2 },
  },
  ...(scratch
    ? []
    : [
        {
          id: 'old-versions',
          status: 'Enabled',
          filter: { prefix: '' },
          noncurrentVersionExpiration: { noncurrentDays: profile.oldVersionDays },
          expiration: { expiredObjectDeleteMarker: true },
        },
      ]),
];
