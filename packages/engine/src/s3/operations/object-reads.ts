import {
  GetObject$,
  type GetObjectCommandInput,
  type GetObjectCommandOutput,
  HeadObject$,
  type HeadObjectCommandInput,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { checksumMembers } from '../checksums.ts';
import { checkRead } from '../conditions.ts';
import { S3Error } from '../errors.ts';
import { type Answer, type S3Operations, s3Operation } from '../http/s3-operation.ts';
import type { S3Store } from '../s3-store.ts';
import type { ObjectVersion } from '../storage/object-version.ts';
import { findVersion } from './find-version.ts';
import { parseRange } from './range.ts';

const READ_MEMBERS = [
  'VersionId',
  'IfMatch',
  'IfNoneMatch',
  'IfModifiedSince',
  'IfUnmodifiedSince',
  'Range',
  'PartNumber',
  'ChecksumMode',
  'ResponseCacheControl',
  'ResponseContentDisposition',
  'ResponseContentEncoding',
  'ResponseContentLanguage',
  'ResponseContentType',
  'ResponseExpires',
] as const;

export function createObjectReads(store: S3Store): S3Operations {
  return {
    GetObject: s3Operation<GetObjectCommandInput, GetObjectCommandOutput>(GetObject$, READ_MEMBERS, (input) => {
      const { answer, version, start, end } = read(store, input);
      const file = store.bodies.absolute(version.file as string);
      return { ...answer, $file: { file, start, end } };
    }),
    HeadObject: s3Operation<HeadObjectCommandInput, HeadObjectCommandOutput>(
      HeadObject$,
      READ_MEMBERS,
      (input) => read(store, input).answer,
    ),
  };
}

function read(store: S3Store, input: GetObjectCommandInput | HeadObjectCommandInput) {
  const { version, shownId } = findVersion(store, input.Bucket as string, input.Key as string, input.VersionId);
  const ETag = `"${version.etag}"`;
  const LastModified = new Date(version.modifiedMs);
  checkRead(
    version,
    {
      ifMatch: input.IfMatch,
      ifNoneMatch: input.IfNoneMatch,
      ifModifiedSince: input.IfModifiedSince,
      ifUnmodifiedSince: input.IfUnmodifiedSince,
    },
    { etag: ETag, 'last-modified': LastModified.toUTCString() },
  );
  const part = input.PartNumber === undefined ? undefined : partRange(version, input.PartNumber);
  const range = part ?? parseRange(input.Range, version.sizeBytes);
  const { start, end } = range ?? { start: 0, end: version.sizeBytes };
  const { attributes } = version;
  const answer: Answer<GetObjectCommandOutput> = {
    AcceptRanges: 'bytes',
    ETag,
    LastModified,
    ContentLength: end - start,
    ContentRange: range && `bytes ${start}-${end - 1}/${version.sizeBytes}`,
    VersionId: shownId,
    Metadata: attributes.metadata,
    StorageClass: attributes.storageClass as GetObjectCommandOutput['StorageClass'],
    TagCount: version.tags.length || undefined,
    PartsCount: part && attributes.parts?.length,
    // A checksum of the whole says nothing about a piece.
    ...(input.ChecksumMode === 'ENABLED' && range === undefined ? checksumMembers(attributes.checksum) : {}),
    $status: range === undefined ? 200 : 206,
    $headers: { ...attributes.headers, ...overriddenHeaders(input) },
  };
  return { answer, version, start, end };
}

function partRange(version: ObjectVersion, number: number): { start: number; end: number } | undefined {
  const parts = version.attributes.parts ?? [{ number: 1, sizeBytes: version.sizeBytes }];
  const before = parts.slice(0, number - 1).reduce((sum, part) => sum + part.sizeBytes, 0);
  const part = parts[number - 1];
  if (part === undefined) {
    throw new S3Error('InvalidPartNumber', 'The requested partnumber is not satisfiable', 416, {
      fields: { PartNumberRequested: String(number), ActualPartCount: String(parts.length) },
    });
  }
  return part.sizeBytes === 0 ? undefined : { start: before, end: before + part.sizeBytes };
}

function overriddenHeaders(input: GetObjectCommandInput): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {
    'cache-control': input.ResponseCacheControl,
    'content-disposition': input.ResponseContentDisposition,
    'content-encoding': input.ResponseContentEncoding,
    'content-language': input.ResponseContentLanguage,
    'content-type': input.ResponseContentType,
    expires: input.ResponseExpires?.toUTCString(),
  };
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
}
