import {
  CreateBucket$,
  type CreateBucketCommandInput,
  type CreateBucketCommandOutput,
  DeleteBucket$,
  type DeleteBucketCommandInput,
  type DeleteBucketCommandOutput,
  GetBucketLocation$,
  type GetBucketLocationCommandInput,
  type GetBucketLocationCommandOutput,
  HeadBucket$,
  type HeadBucketCommandInput,
  type HeadBucketCommandOutput,
  ListBuckets$,
  type ListBucketsCommandInput,
  type ListBucketsCommandOutput,
} from '@aws-sdk/client-s3';
import { wholeSeconds } from '../conditions.ts';
import { notImplemented, S3Error } from '../errors.ts';
import { type Answer, type S3Operations, s3Operation } from '../http/s3-operation.ts';
import { isBucketName } from '../http/s3-request.ts';
import { writeLocationXml } from '../http/xml.ts';
import type { S3Store } from '../s3-store.ts';
import { checkCount } from './object-attributes.ts';

export function createBucketOperations(store: S3Store): S3Operations {
  return {
    CreateBucket: s3Operation<CreateBucketCommandInput, CreateBucketCommandOutput>(
      CreateBucket$,
      ['ACL', 'CreateBucketConfiguration', 'ObjectOwnership'],
      (input) => createBucket(store, input),
    ),
    HeadBucket: s3Operation<HeadBucketCommandInput, HeadBucketCommandOutput>(HeadBucket$, [], (input) => {
      const { name, region } = store.buckets.require(input.Bucket as string);
      return { BucketRegion: region, BucketArn: `arn:aws:s3:::${name}`, AccessPointAlias: false };
    }),
    GetBucketLocation: s3Operation<GetBucketLocationCommandInput, GetBucketLocationCommandOutput>(
      GetBucketLocation$,
      [],
      (input) => ({ $xml: writeLocationXml(store.buckets.require(input.Bucket as string).region) }),
    ),
    DeleteBucket: s3Operation<DeleteBucketCommandInput, DeleteBucketCommandOutput>(DeleteBucket$, [], async (input) => {
      const retired = await store.commit(() => removeBucket(store, input.Bucket as string));
      store.bodies.retire(retired);
      return {};
    }),
    ListBuckets: s3Operation<ListBucketsCommandInput, ListBucketsCommandOutput>(
      ListBuckets$,
      ['Prefix', 'MaxBuckets', 'ContinuationToken', 'BucketRegion'],
      (input) => listBuckets(store, input),
    ),
  };
}

async function createBucket(store: S3Store, input: CreateBucketCommandInput): Promise<Answer<CreateBucketCommandOutput>> {
  const { LocationConstraint, Location, Bucket, Tags } = input.CreateBucketConfiguration ?? {};
  if (Location !== undefined || Bucket !== undefined) throw notImplemented('A directory bucket');
  if (Tags !== undefined) throw notImplemented('Tags of a bucket');
  if (input.ACL !== undefined && input.ACL !== 'private') {
    throw new S3Error('InvalidBucketAclWithObjectOwnership', 'Bucket cannot have ACLs set with ObjectOwnership', 400);
  }
  if (input.ObjectOwnership !== undefined && input.ObjectOwnership !== 'BucketOwnerEnforced') {
    throw notImplemented(`The object ownership ${input.ObjectOwnership}`);
  }
  const region = LocationConstraint ?? store.context.region;
  await store.commit(() => addBucket(store, input.Bucket as string, region === 'EU' ? 'eu-west-1' : region));
  return { Location: `/${input.Bucket}`, BucketArn: `arn:aws:s3:::${input.Bucket}` };
}

/**
 * In us-east-1 creating one's own bucket again succeeds; everywhere else it is an error.
 * @throws InvalidBucketName, BucketAlreadyOwnedByYou
 */
export function addBucket(store: S3Store, name: string, region: string): void {
  if (!isBucketName(name)) {
    throw new S3Error('InvalidBucketName', 'The specified bucket is not valid: 3 to 63 of a-z, 0-9, . and -', 400, {
      fields: { BucketName: name },
    });
  }
  const existing = store.buckets.find(name);
  if (existing === undefined) {
    store.buckets.create({ name, region, createdMs: store.context.clock.nowMs() });
  } else if (existing.region !== 'us-east-1' || region !== 'us-east-1') {
    throw new S3Error(
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      409,
      { fields: { BucketName: name } },
    );
  }
}

/** Uploads that were never completed go with the bucket. */
function removeBucket(store: S3Store, name: string): string[] {
  store.buckets.require(name);
  if (store.versions.hasAny(name)) {
    throw new S3Error('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409, {
      fields: { BucketName: name },
    });
  }
  store.buckets.remove(name);
  return store.uploads.list(name, '').flatMap((upload) => store.uploads.remove(upload.uploadId));
}

function listBuckets(store: S3Store, input: ListBucketsCommandInput): Answer<ListBucketsCommandOutput> {
  const most = checkCount('max-buckets', input.MaxBuckets, 10_000);
  const after = input.ContinuationToken ?? '';
  const rest = store.buckets
    .list()
    .filter(
      ({ name, region }) => name > after && name.startsWith(input.Prefix ?? '') && region === (input.BucketRegion ?? region),
    );
  const page = rest.slice(0, most);
  return {
    Buckets: page.map(({ name, region, createdMs }) => ({
      Name: name,
      CreationDate: new Date(wholeSeconds(createdMs)),
      BucketRegion: region,
      BucketArn: `arn:aws:s3:::${name}`,
    })),
    Owner: { ID: store.context.account },
    Prefix: input.Prefix,
    ContinuationToken: rest.length > page.length ? page.at(-1)?.name : undefined,
  };
}
