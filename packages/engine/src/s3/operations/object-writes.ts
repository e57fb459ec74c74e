import { PutObject$, type PutObjectCommandInput, type PutObjectCommandOutput } from '@aws-sdk/client-s3';
import { checksumMembers } from '../checksums.ts';
import { checkWrite } from '../conditions.ts';
import { type Answer, type Exchange, type S3Operations, s3Operation } from '../http/s3-operation.ts';
import { commitObject, placeOf, shownVersionId, writeBody } from '../object-writer.ts';
import type { S3Store } from '../s3-store.ts';
import { ATTRIBUTE_MEMBERS, parseAttributes, parseTagHeader } from './object-attributes.ts';

export function createObjectWrites(store: S3Store): S3Operations {
  return {
    PutObject: s3Operation<PutObjectCommandInput, PutObjectCommandOutput>(
      PutObject$,
      [...ATTRIBUTE_MEMBERS, 'IfMatch', 'IfNoneMatch'],
      (input, exchange) => putObject(store, input, exchange),
    ),
  };
}

async function putObject(
  store: S3Store,
  input: PutObjectCommandInput,
  { body, request, requestId }: Exchange,
): Promise<Answer<PutObjectCommandOutput>> {
  const bucket = input.Bucket as string;
  const key = input.Key as string;
  const bucketRow = store.buckets.require(bucket);
  const attributes = parseAttributes(input, request.headers);
  const tags = parseTagHeader(input.Tagging);
  const condition = { ifMatch: input.IfMatch, ifNoneMatch: input.IfNoneMatch };
  const conditional = condition.ifMatch !== undefined || condition.ifNoneMatch !== undefined;
  // Saves the upload of a body that would be refused; what counts is the check inside the commit.
  if (conditional) checkWrite(key, store.versions.latest(bucket, key), condition);

  const { id, file } = placeOf(store, bucket, key);
  await writeBody(store, file, body);
  const { checksum } = body;
  const version = await commitObject(store, {
    id,
    bucket,
    key,
    file,
    sizeBytes: body.sizeBytes,
    etag: body.etag,
    attributes: checksum === undefined ? attributes : { ...attributes, checksum },
    tags,
    eventName: 'ObjectCreated:Put',
    requestId,
    ...(conditional ? { condition } : {}),
  });
  return {
    ETag: `"${version.etag}"`,
    VersionId: shownVersionId(bucketRow, version),
    ...checksumMembers(checksum),
  };
}
