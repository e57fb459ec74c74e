import {
  GetObjectAttributes$,
  type GetObjectAttributesCommandInput,
  type GetObjectAttributesCommandOutput,
} from '@aws-sdk/client-s3';
import { checksumMember, checksumMembers } from '../checksums.ts';
import { wholeSeconds } from '../conditions.ts';
import { invalidArgument } from '../errors.ts';
import { type Answer, type S3Operations, s3Operation } from '../http/s3-operation.ts';
import type { S3Store } from '../s3-store.ts';
import type { ObjectVersion } from '../storage/object-version.ts';
import { findVersion } from './find-version.ts';
import { checkCount } from './object-attributes.ts';

export function createGetObjectAttributes(store: S3Store): S3Operations {
  return {
    GetObjectAttributes: s3Operation<GetObjectAttributesCommandInput, GetObjectAttributesCommandOutput>(
      GetObjectAttributes$,
      ['VersionId', 'ObjectAttributes', 'MaxParts', 'PartNumberMarker'],
      (input) => attributes(store, input),
    ),
  };
}

const ATTRIBUTES = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'];

function attributes(store: S3Store, input: GetObjectAttributesCommandInput): Answer<GetObjectAttributesCommandOutput> {
  const { version, shownId } = findVersion(store, input.Bucket as string, input.Key as string, input.VersionId);
  const wanted = new Set<string>(input.ObjectAttributes ?? []);
  if (wanted.size === 0)
    throw invalidArgument(
      'The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty',
    );
  for (const name of wanted) {
    if (!ATTRIBUTES.includes(name)) throw invalidArgument('Invalid attribute name specified.', 'x-amz-object-attributes', name);
  }
  const { checksum, storageClass } = version.attributes;
  return {
    LastModified: new Date(wholeSeconds(version.modifiedMs)),
    VersionId: shownId,
    ...(wanted.has('ETag') ? { ETag: version.etag } : {}),
    ...(wanted.has('Checksum') && checksum ? { Checksum: checksumMembers(checksum) } : {}),
    ...(wanted.has('ObjectParts') ? { ObjectParts: objectParts(version, input) } : {}),
    ...(wanted.has('StorageClass') ? { StorageClass: (storageClass ?? 'STANDARD') as 'STANDARD' } : {}),
    ...(wanted.has('ObjectSize') ? { ObjectSize: version.sizeBytes } : {}),
  };
}

function objectParts(version: ObjectVersion, input: GetObjectAttributesCommandInput) {
  const parts = version.attributes.parts;
  if (parts === undefined) return undefined;
  const most = checkCount('max-parts', input.MaxParts, 1000);
  const marker = Number(input.PartNumberMarker ?? 0);
  const rest = parts.filter((part) => part.number > marker);
  const page = rest.slice(0, most);
  return {
    TotalPartsCount: parts.length,
    PartNumberMarker: String(marker),
    NextPartNumberMarker: String(page.at(-1)?.number ?? 0),
    MaxParts: most,
    IsTruncated: rest.length > page.length,
    Parts: page.map(({ number, sizeBytes, checksum }) => ({
      PartNumber: number,
      Size: sizeBytes,
      ...(checksum === undefined ? {} : { [checksumMember(checksum.algorithm)]: checksum.value }),
    })),
  };
}
