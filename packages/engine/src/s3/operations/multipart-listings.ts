import {
  ListMultipartUploads$,
  type ListMultipartUploadsCommandInput,
  type ListMultipartUploadsCommandOutput,
  ListParts$,
  type ListPartsCommandInput,
  type ListPartsCommandOutput,
} from '@aws-sdk/client-s3';
import { checksumMember } from '../checksums.ts';
import { wholeSeconds } from '../conditions.ts';
import { notImplemented } from '../errors.ts';
import { type Answer, type S3Operations, s3Operation } from '../http/s3-operation.ts';
import type { S3Store } from '../s3-store.ts';
import { compareKeys } from '../storage/listing.ts';
import { requireUpload } from './find-upload.ts';
import { checkCount } from './object-attributes.ts';

const MOST = 1000;

export function createMultipartListings(store: S3Store): S3Operations {
  return {
    ListParts: s3Operation<ListPartsCommandInput, ListPartsCommandOutput>(
      ListParts$,
      ['UploadId', 'MaxParts', 'PartNumberMarker'],
      (input) => listParts(store, input),
    ),
    ListMultipartUploads: s3Operation<ListMultipartUploadsCommandInput, ListMultipartUploadsCommandOutput>(
      ListMultipartUploads$,
      ['Prefix', 'MaxUploads', 'KeyMarker', 'UploadIdMarker', 'EncodingType', 'Delimiter'],
      (input) => listUploads(store, input),
    ),
  };
}

function listParts(store: S3Store, input: ListPartsCommandInput): Answer<ListPartsCommandOutput> {
  const upload = requireUpload(store, input);
  const most = checkCount('max-parts', input.MaxParts, MOST);
  const marker = Number(input.PartNumberMarker ?? 0);
  const rest = store.uploads.parts(upload.uploadId).filter((part) => part.number > marker);
  const page = rest.slice(0, most);
  const owner = { ID: store.context.account };
  return {
    Bucket: upload.bucket,
    Key: upload.key,
    UploadId: upload.uploadId,
    Initiator: owner,
    Owner: owner,
    StorageClass: 'STANDARD',
    PartNumberMarker: String(marker),
    NextPartNumberMarker: String(page.at(-1)?.number ?? 0),
    MaxParts: most,
    IsTruncated: rest.length > page.length,
    ChecksumAlgorithm: upload.checksumAlgorithm as 'CRC32' | undefined,
    ChecksumType: upload.checksumType,
    Parts: page.map((part) => ({
      PartNumber: part.number,
      LastModified: new Date(wholeSeconds(part.modifiedMs)),
      ETag: `"${part.etag}"`,
      Size: part.sizeBytes,
      ...(part.checksum === undefined ? {} : { [checksumMember(part.checksum.algorithm)]: part.checksum.value }),
    })),
  };
}

function listUploads(store: S3Store, input: ListMultipartUploadsCommandInput): Answer<ListMultipartUploadsCommandOutput> {
  const { name } = store.buckets.require(input.Bucket as string);
  if (input.Delimiter) throw notImplemented('ListMultipartUploads with a delimiter');
  const encode = input.EncodingType === 'url' ? encodeURIComponent : (text: string) => text;
  const most = checkCount('max-uploads', input.MaxUploads, MOST);
  const key = input.KeyMarker ?? '';
  const uploadId = input.UploadIdMarker ?? '';
  const rest = store.uploads.list(name, input.Prefix ?? '').filter((upload) => {
    const order = compareKeys(upload.key, key);
    return order > 0 || (order === 0 && uploadId !== '' && upload.uploadId > uploadId);
  });
  const page = rest.slice(0, most);
  const truncated = rest.length > page.length;
  const owner = { ID: store.context.account };
  return {
    Bucket: name,
    Prefix: encode(input.Prefix ?? ''),
    KeyMarker: encode(key),
    UploadIdMarker: uploadId,
    MaxUploads: most,
    IsTruncated: truncated,
    EncodingType: input.EncodingType,
    NextKeyMarker: truncated ? encode(page.at(-1)?.key ?? '') : undefined,
    NextUploadIdMarker: truncated ? page.at(-1)?.uploadId : undefined,
    Uploads: page.map((upload) => ({
      Key: encode(upload.key),
      UploadId: upload.uploadId,
      Initiated: new Date(wholeSeconds(upload.startedMs)),
      StorageClass: 'STANDARD',
      Owner: owner,
      Initiator: owner,
      ChecksumAlgorithm: upload.checksumAlgorithm as 'CRC32' | undefined,
      ChecksumType: upload.checksumType,
    })),
  };
}
