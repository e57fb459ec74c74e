import { dataMap } from '@tidemark/pipeline/data-map';
import { type Inputs, ofType, type Resources } from '../resources.ts';
import { statementsOf } from './policy-documents.ts';

const policiesOf = (resources: Resources, bucket: string) =>
  ofType(resources, 's3/bucketPolicy:BucketPolicy')
    .filter(({ inputs }) => inputs.bucket === bucket)
    .flatMap(({ inputs }) => inputs.policy.Statement as Inputs[]);

const everywhere = (statement: Inputs, bucket: string) =>
  statement.Effect === 'Deny' &&
  JSON.stringify(statement.Principal) === '{"*":["*"]}' &&
  ['', '/*'].every((end) => statement.Resource.includes(`arn:aws:s3:::${bucket}${end}`));

/** Buckets, topics and queues that can be spoken to without TLS, and buckets with one that is too old. */
export const findPlainTransport = (resources: Resources): string[] => [
  ...findPlainBuckets(resources),
  ...[...ofType(resources, 'sns/topic:Topic'), ...ofType(resources, 'sqs/queue:Queue')]
    .filter(({ inputs }) => !refusesPlainHttp(resources, inputs.name))
    .map(({ name }) => `${name}: plain HTTP`),
];

const refusesPlainHttp = (resources: Resources, name: string) =>
  statementsOf(resources).some(
    ({ effect, resources: on, condition }) =>
      effect === 'Deny' && on.some((arn) => arn.endsWith(`:${name}`)) && condition?.Bool?.['aws:SecureTransport'] === 'false',
  );

const findPlainBuckets = (resources: Resources): string[] =>
  ofType(resources, 's3/bucket:Bucket').flatMap(({ name, inputs: { bucket } }) => {
    const refusals = policiesOf(resources, bucket).filter((statement) => everywhere(statement, bucket));
    return [
      ...(refusals.some(({ Condition }) => Condition?.Bool?.['aws:SecureTransport']?.[0] === 'false')
        ? []
        : [`${name}: plain HTTP`]),
      ...(refusals.some(({ Condition }) => Condition?.NumericLessThan?.['s3:TlsVersion']?.[0] === '1.2')
        ? []
        : [`${name}: old TLS`]),
    ];
  });

const BLOCKS = ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets'];

/** Buckets that somebody could make public, or that a web page could read. */
export function findPublic(resources: Resources): string[] {
  const blocked = ofType(resources, 's3/bucketPublicAccessBlock:BucketPublicAccessBlock')
    .filter(({ inputs }) => BLOCKS.every((block) => inputs[block] === true))
    .map(({ inputs }) => inputs.bucket);
  return [
    ...ofType(resources, 's3/bucket:Bucket')
      .filter(({ inputs }) => !blocked.includes(inputs.bucket))
      .map(({ name }) => `${name}: may become public`),
    ...ofType(resources, 's3/bucketCorsConfiguration:BucketCorsConfiguration').map(({ name }) => `${name}: answers web pages`),
  ];
}

/** Places of the data map that the lifecycle keeps longer or shorter than it says, and old versions that stay for ever. */
export function findLifecycleGaps(resources: Resources, bucketName: (name: never) => string): string[] {
  const rulesOf = (bucket: string): Inputs[] =>
    ofType(resources, 's3/bucketLifecycleConfiguration:BucketLifecycleConfiguration').find(
      ({ inputs }) => inputs.bucket === bucket,
    )?.inputs.rules ?? [];
  const places = dataMap.flatMap(({ bucket, prefix, retentionDays }) => {
    const days = rulesOf(bucketName(bucket as never)).find((rule) => rule.expiration?.days && rule.filter.prefix === prefix);
    return days?.expiration.days === retentionDays
      ? []
      : [`${bucket}/${prefix}: kept ${days?.expiration.days}, not ${retentionDays} days`];
  });
  const versioned = ofType(resources, 's3/bucketVersioning:BucketVersioning').map(({ inputs }) => inputs.bucket as string);
  const forever = versioned.filter(
    (bucket) => !rulesOf(bucket).some((rule) => rule.noncurrentVersionExpiration?.noncurrentDays > 0),
  );
  return [...places, ...forever.map((bucket) => `${bucket}: old versions stay`)];
}
