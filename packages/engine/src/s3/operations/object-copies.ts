import fs from 'node:fs';
import { CopyObject$, type CopyObjectCommandInput, type CopyObjectCommandOutput } from '@aws-sdk/client-s3';
import { checksumMembers, createChecksum, type StoredChecksum } from '../checksums.ts';
import { wholeSeconds } from '../conditions.ts';
import { invalidRequest } from '../errors.ts';
import { requireAlgorithm } from '../http/request-body.ts';
import { type Answer, type Exchange, type S3Operations, s3Operation } from '../http/s3-operation.ts';
import { commitObject, placeOf, shownVersionId } from '../object-writer.ts';
import type { S3Store } from '../s3-store.ts';
import type { ObjectAttributes, ObjectVersion } from '../storage/object-version.ts';
import { COPY_SOURCE_MEMBERS, findCopySource } from './copy-source.ts';
import { ATTRIBUTE_MEMBERS, parseAttributes, parseTagHeader } from './object-attributes.ts';

export function createObjectCopies(store: S3Store): S3Operations {
  return {
    CopyObject: s3Operation<CopyObjectCommandInput, CopyObjectCommandOutput>(
      CopyObject$,
      [...ATTRIBUTE_MEMBERS, ...COPY_SOURCE_MEMBERS, 'MetadataDirective', 'TaggingDirective', 'IfMatch', 'IfNoneMatch'],
      (input, exchange) => copyObject(store, input, exchange),
    ),
  };
}

async function copyObject(
  store: S3Store,
  input: CopyObjectCommandInput,
  { request, requestId }: Exchange,
): Promise<Answer<CopyObjectCommandOutput>> {
  const bucket = input.Bucket as string;
  const key = input.Key as string;
  const target = store.buckets.require(bucket);
  const source = findCopySource(store, input);
  const replace = input.MetadataDirective === 'REPLACE';
  const asked = parseAttributes(input, request.headers);
  if (!replace && asked.storageClass === undefined && isSame(source.version, bucket, key)) {
    throw invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }

  // Its body may be replaced while it is read: the new name keeps it.
  const { id, file } = placeOf(store, bucket, key);
  await store.bodies.link(source.version.file as string, file);
  const { etag, checksum } = await digest(store, source.version, file, input.ChecksumAlgorithm);
  const version = await commitObject(store, {
    id,
    bucket,
    key,
    file,
    sizeBytes: source.version.sizeBytes,
    etag,
    attributes: withChecksum(replace ? asked : copied(source.version.attributes, asked), checksum),
    tags: input.TaggingDirective === 'REPLACE' ? parseTagHeader(input.Tagging) : source.version.tags,
    eventName: 'ObjectCreated:Copy',
    requestId,
    condition: { ifMatch: input.IfMatch, ifNoneMatch: input.IfNoneMatch },
  });
  return {
    VersionId: shownVersionId(target, version),
    CopySourceVersionId: source.shownId,
    CopyObjectResult: {
      ETag: `"${etag}"`,
      LastModified: new Date(wholeSeconds(version.modifiedMs)),
      ...checksumMembers(checksum),
    },
  };
}

/** A copy is one piece, also of an object that came in parts: its ETag and checksum are those of the whole. */
async function digest(
  store: S3Store,
  source: ObjectVersion,
  file: string,
  wanted: string | undefined,
): Promise<{ etag: string; checksum: StoredChecksum | undefined }> {
  const known = source.attributes.checksum;
  const algorithm = wanted === undefined ? known?.algorithm : requireAlgorithm(wanted);
  const whole = known?.type !== 'COMPOSITE' && known?.algorithm === algorithm;
  if (source.attributes.parts === undefined && whole) return { etag: source.etag, checksum: known };

  const md5 = createChecksum('MD5');
  const running = algorithm === undefined ? undefined : createChecksum(algorithm);
  for await (const chunk of fs.createReadStream(store.bodies.absolute(file))) {
    md5.update(chunk as Buffer);
    running?.update(chunk as Buffer);
  }
  const etag = Buffer.from(await md5.digest(), 'base64').toString('hex');
  if (algorithm === undefined || running === undefined) return { etag, checksum: undefined };
  return { etag, checksum: { algorithm, value: await running.digest(), type: 'FULL_OBJECT' } };
}

const isSame = (source: ObjectVersion, bucket: string, key: string) =>
  source.bucket === bucket && source.key === key && source.latest;

/** The storage class is never copied along. */
const copied = ({ headers, metadata }: ObjectAttributes, { storageClass }: ObjectAttributes): ObjectAttributes => ({
  headers,
  metadata,
  ...(storageClass === undefined ? {} : { storageClass }),
});

const withChecksum = (attributes: ObjectAttributes, checksum: StoredChecksum | undefined): ObjectAttributes =>
  checksum === undefined ? attributes : { ...attributes, checksum };
