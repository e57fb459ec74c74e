import fs from 'node:fs';
import {
  UploadPart$,
  type UploadPartCommandInput,
  type UploadPartCommandOutput,
  UploadPartCopy$,
  type UploadPartCopyCommandInput,
  type UploadPartCopyCommandOutput,
} from '@aws-sdk/client-s3';
import { checksumMember, createChecksum, type StoredChecksum } from '../checksums.ts';
import { wholeSeconds } from '../conditions.ts';
import { invalidArgument, invalidRequest } from '../errors.ts';
import { type Answer, type Exchange, type S3Operations, s3Operation } from '../http/s3-operation.ts';
import { writeBody } from '../object-writer.ts';
import type { S3Store } from '../s3-store.ts';
import type { Part, Upload } from '../storage/upload-index.ts';
import { COPY_SOURCE_MEMBERS, findCopySource } from './copy-source.ts';
import { requireUpload, type UploadInput } from './find-upload.ts';
import { type ByteRange, parseRange } from './range.ts';

const MOST_PARTS = 10_000;

export function createPartUploads(store: S3Store): S3Operations {
  return {
    UploadPart: s3Operation<UploadPartCommandInput, UploadPartCommandOutput>(
      UploadPart$,
      ['PartNumber', 'UploadId'],
      (input, exchange) => uploadPart(store, input, exchange),
    ),
    UploadPartCopy: s3Operation<UploadPartCopyCommandInput, UploadPartCopyCommandOutput>(
      UploadPartCopy$,
      ['PartNumber', 'UploadId', 'CopySourceRange', ...COPY_SOURCE_MEMBERS],
      (input) => uploadPartCopy(store, input),
    ),
  };
}

async function uploadPart(
  store: S3Store,
  input: UploadPartCommandInput,
  { body }: Exchange,
): Promise<Answer<UploadPartCommandOutput>> {
  const upload = requireUpload(store, input);
  const number = checkPartNumber(input.PartNumber);
  const file = placeOfPart(store, upload, number);
  await writeBody(store, file, body);
  const expected = upload.checksumAlgorithm;
  if (expected !== undefined && body.checksum?.algorithm !== expected) {
    store.bodies.retire([file]);
    throw invalidRequest(
      `Checksum Type mismatch occurred, expected checksum Type: ${expected.toLowerCase()}, actual checksum Type: ${body.checksum?.algorithm.toLowerCase() ?? 'null'}`,
    );
  }
  const part = await commitPart(store, input, {
    number,
    file,
    sizeBytes: body.sizeBytes,
    etag: body.etag,
    checksum: body.checksum,
  });
  return { ETag: `"${part.etag}"`, ...checksumOf(part.checksum) };
}

async function uploadPartCopy(store: S3Store, input: UploadPartCopyCommandInput): Promise<Answer<UploadPartCopyCommandOutput>> {
  const upload = requireUpload(store, input);
  const number = checkPartNumber(input.PartNumber);
  const { version, shownId } = findCopySource(store, input);
  const range = copyRange(input.CopySourceRange, version.sizeBytes);
  const file = placeOfPart(store, upload, number);
  const algorithm = upload.checksumAlgorithm;
  const md5 = createChecksum('MD5');
  const running = algorithm === undefined ? undefined : createChecksum(algorithm);
  const source = bytesOf(store.bodies.absolute(version.file as string), range);
  await writeBody(store, file, source, running === undefined ? [md5] : [md5, running]);
  const checksum: StoredChecksum | undefined =
    algorithm && running ? { algorithm, value: await running.digest(), type: 'FULL_OBJECT' } : undefined;
  const part = await commitPart(store, input, {
    number,
    file,
    sizeBytes: range.end - range.start,
    etag: Buffer.from(await md5.digest(), 'base64').toString('hex'),
    checksum,
  });
  return {
    CopySourceVersionId: shownId,
    CopyPartResult: {
      ETag: `"${part.etag}"`,
      LastModified: new Date(wholeSeconds(part.modifiedMs)),
      ...checksumOf(part.checksum),
    },
  };
}

async function* bytesOf(file: string, { start, end }: ByteRange): AsyncGenerator<Uint8Array> {
  if (end > start) yield* fs.createReadStream(file, { start, end: end - 1 });
}

/** Unlike the range of a read, this one must be whole: `bytes=first-last` inside of the source. */
function copyRange(header: string | undefined, sizeBytes: number): ByteRange {
  if (header === undefined) return { start: 0, end: sizeBytes };
  const range = /^bytes=\d+-\d+$/.test(header) ? parseRange(header, sizeBytes) : undefined;
  if (range === undefined || Number(header.split('-')[1]) >= sizeBytes) {
    throw invalidArgument(
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
      'x-amz-copy-source-range',
      header,
    );
  }
  return range;
}

function checkPartNumber(number: number | undefined): number {
  if (number === undefined || number < 1 || number > MOST_PARTS) {
    throw invalidArgument(`Part number must be an integer between 1 and ${MOST_PARTS}, inclusive`, 'partNumber', String(number));
  }
  return number;
}

const placeOfPart = (store: S3Store, upload: Upload, number: number) => `uploads/${upload.uploadId}/${number}-${store.nextId()}`;

async function commitPart(store: S3Store, input: UploadInput, fields: Omit<Part, 'modifiedMs'>): Promise<Part> {
  const part = { ...fields, modifiedMs: store.context.clock.nowMs() };
  try {
    const retired = await store.commit(() => store.uploads.putPart(requireUpload(store, input).uploadId, part));
    store.bodies.retire(retired);
  } catch (error) {
    store.bodies.retire([part.file]);
    throw error;
  }
  return part;
}

/** Answers about a part name the checksum, not its type. */
const checksumOf = (checksum: StoredChecksum | undefined): Record<string, string> =>
  checksum === undefined ? {} : { [checksumMember(checksum.algorithm)]: checksum.value };
