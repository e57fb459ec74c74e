import { randomBytes } from 'node:crypto';
import {
  AbortMultipartUpload$,
  type AbortMultipartUploadCommandInput,
  type AbortMultipartUploadCommandOutput,
  CompleteMultipartUpload$,
  type CompleteMultipartUploadCommandInput,
  type CompleteMultipartUploadCommandOutput,
  CreateMultipartUpload$,
  type CreateMultipartUploadCommandInput,
  type CreateMultipartUploadCommandOutput,
} from '@aws-sdk/client-s3';
import type { ChecksumType } from '../checksums.ts';
import { invalidRequest } from '../errors.ts';
import { requireAlgorithm } from '../http/request-body.ts';
import { type Answer, type Exchange, type S3Operations, s3Operation } from '../http/s3-operation.ts';
import type { S3Store } from '../s3-store.ts';
import type { Upload } from '../storage/upload-index.ts';
import { requireUpload } from './find-upload.ts';
import { completeUpload } from './multipart-completion.ts';
import { ATTRIBUTE_MEMBERS, parseAttributes, parseTagHeader } from './object-attributes.ts';

export function createMultipartOperations(store: S3Store): S3Operations {
  return {
    CreateMultipartUpload: s3Operation<CreateMultipartUploadCommandInput, CreateMultipartUploadCommandOutput>(
      CreateMultipartUpload$,
      [...ATTRIBUTE_MEMBERS, 'ChecksumType'],
      (input, exchange) => createUpload(store, input, exchange),
    ),
    CompleteMultipartUpload: s3Operation<CompleteMultipartUploadCommandInput, CompleteMultipartUploadCommandOutput>(
      CompleteMultipartUpload$,
      ['UploadId', 'MultipartUpload', 'ChecksumType', 'MpuObjectSize', 'IfMatch', 'IfNoneMatch'],
      (input, exchange) => completeUpload(store, input, exchange),
    ),
    AbortMultipartUpload: s3Operation<AbortMultipartUploadCommandInput, AbortMultipartUploadCommandOutput>(
      AbortMultipartUpload$,
      ['UploadId'],
      async (input) => {
        const files = await store.commit(() => store.uploads.remove(requireUpload(store, input).uploadId));
        store.bodies.retire(files);
        return {};
      },
    ),
  };
}

async function createUpload(
  store: S3Store,
  input: CreateMultipartUploadCommandInput,
  { request }: Exchange,
): Promise<Answer<CreateMultipartUploadCommandOutput>> {
  const algorithm = input.ChecksumAlgorithm === undefined ? undefined : requireAlgorithm(input.ChecksumAlgorithm);
  const upload: Upload = {
    uploadId: randomBytes(24).toString('hex'),
    bucket: input.Bucket as string,
    key: input.Key as string,
    startedMs: store.context.clock.nowMs(),
    attributes: parseAttributes(input, request.headers),
    tags: parseTagHeader(input.Tagging),
    checksumAlgorithm: algorithm,
    checksumType: algorithm === undefined ? undefined : checksumType(algorithm, input.ChecksumType),
  };
  await store.commit(() => {
    store.buckets.require(upload.bucket);
    store.uploads.create(upload);
  });
  return {
    Bucket: upload.bucket,
    Key: upload.key,
    UploadId: upload.uploadId,
    ChecksumAlgorithm: algorithm as 'CRC32' | undefined,
    ChecksumType: upload.checksumType,
  };
}

/** CRC64NVME is only ever of the whole, the SHAs only of the parts. */
function checksumType(algorithm: string, wanted: string | undefined): ChecksumType {
  const whole = algorithm.startsWith('CRC');
  const standard: ChecksumType = algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE';
  const type = wanted ?? standard;
  if ((type === 'FULL_OBJECT' && !whole) || (type === 'COMPOSITE' && algorithm === 'CRC64NVME')) {
    throw invalidRequest(`The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`);
  }
  return type as ChecksumType;
}
