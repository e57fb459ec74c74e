/**
 * Completing an upload: the named parts, in ascending order, become one body and one version, in one commit with the
 * end of the upload. The ETag is the MD5 of the parts' MD5s and their number; a checksum is either that of the parts'
 * checksums (COMPOSITE) or that of all bytes (FULL_OBJECT), computed while they are put together.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import type {
  CompletedPart,
  CompleteMultipartUploadCommandInput,
  CompleteMultipartUploadCommandOutput,
} from '@aws-sdk/client-s3';
import { checksumMember, checksumMembers, compositeChecksum, createChecksum, type StoredChecksum } from '../checksums.ts';
import { checkWrite } from '../conditions.ts';
import { invalidRequest, malformedXml, S3Error } from '../errors.ts';
import type { Answer, Exchange } from '../http/s3-operation.ts';
import { commitObject, placeOf, shownVersionId, writeBody } from '../object-writer.ts';
import type { S3Store } from '../s3-store.ts';
import type { Part, Upload } from '../storage/upload-index.ts';
import { requireUpload } from './find-upload.ts';

const LEAST_PART_BYTES = 5 * 1024 * 1024;

export async function completeUpload(
  store: S3Store,
  input: CompleteMultipartUploadCommandInput,
  { request, requestId }: Exchange,
): Promise<Answer<CompleteMultipartUploadCommandOutput>> {
  const upload = requireUpload(store, input);
  const { bucket, key } = upload;
  const parts = chooseParts(input.MultipartUpload?.Parts ?? [], store.uploads.parts(upload.uploadId));
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  if (input.MpuObjectSize !== undefined && Number(input.MpuObjectSize) !== sizeBytes) {
    throw invalidRequest(`The parts have ${sizeBytes} bytes, not the ${input.MpuObjectSize} of x-amz-mp-object-size`);
  }
  const condition = { ifMatch: input.IfMatch, ifNoneMatch: input.IfNoneMatch };
  checkWrite(key, store.versions.latest(bucket, key), condition);

  const { id, file } = placeOf(store, bucket, key);
  const checksum = await assemble(store, upload, parts, file);
  const etag = `${multipartMd5(parts)}-${parts.length}`;
  const claimed = checksum && (input as object as Record<string, unknown>)[checksumMember(checksum.algorithm)];
  if (claimed !== undefined && claimed !== checksum?.value) {
    store.bodies.retire([file]);
    throw new S3Error('BadDigest', `The ${checksum?.algorithm} you specified did not match the calculated checksum.`);
  }
  const version = await commitObject(store, {
    id,
    bucket,
    key,
    file,
    sizeBytes,
    etag,
    attributes: {
      ...upload.attributes,
      ...(checksum === undefined ? {} : { checksum }),
      parts: parts.map((part) => ({ number: part.number, sizeBytes: part.sizeBytes, checksum: part.checksum })),
    },
    tags: upload.tags,
    eventName: 'ObjectCreated:CompleteMultipartUpload',
    requestId,
    condition,
    alongside: () => store.uploads.remove(requireUpload(store, input).uploadId),
  });
  return {
    Location: `http://${request.headers.host ?? 'localhost'}${request.resource}`,
    Bucket: bucket,
    Key: key,
    ETag: `"${etag}"`,
    VersionId: shownVersionId(store.buckets.require(bucket), version),
    ...checksumMembers(checksum),
  };
}

/** @throws MalformedXML, InvalidPart, InvalidPartOrder, EntityTooSmall */
function chooseParts(named: readonly CompletedPart[], stored: readonly Part[]): Part[] {
  if (named.length === 0) throw malformedXml('CompleteMultipartUpload names no part');
  const byNumber = new Map(stored.map((part) => [part.number, part]));
  const chosen = named.map((part) => {
    const found = byNumber.get(part.PartNumber ?? 0);
    if (found === undefined || !describes(part, found)) {
      throw new S3Error(
        'InvalidPart',
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        400,
        { fields: { PartNumber: String(part.PartNumber), ETag: part.ETag ?? '' } },
      );
    }
    return found;
  });
  chosen.forEach((part, index) => {
    const next = chosen[index + 1];
    if (next === undefined) return;
    if (next.number <= part.number) {
      throw new S3Error('InvalidPartOrder', 'The list of parts was not in ascending order.', 400);
    }
    if (part.sizeBytes < LEAST_PART_BYTES) {
      throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400, {
        fields: {
          ProposedSize: String(part.sizeBytes),
          MinSizeAllowed: String(LEAST_PART_BYTES),
          PartNumber: String(part.number),
        },
      });
    }
  });
  return chosen;
}

/** ETags come quoted or bare; a checksum counts where it is given. */
function describes(named: CompletedPart, part: Part): boolean {
  if ((named.ETag ?? '').replaceAll('"', '') !== part.etag) return false;
  if (part.checksum === undefined) return true;
  const claimed = (named as Record<string, unknown>)[checksumMember(part.checksum.algorithm)];
  return claimed === undefined || claimed === part.checksum.value;
}

function multipartMd5(parts: readonly Part[]): string {
  const md5 = createHash('md5');
  for (const part of parts) md5.update(Buffer.from(part.etag, 'hex'));
  return md5.digest('hex');
}

async function assemble(store: S3Store, upload: Upload, parts: readonly Part[], file: string) {
  const algorithm = upload.checksumAlgorithm;
  const whole = upload.checksumType === 'FULL_OBJECT' && algorithm !== undefined;
  const running = whole ? createChecksum(algorithm) : undefined;
  await writeBody(store, file, bytesOf(store, parts), running === undefined ? [] : [running]);
  if (algorithm === undefined) return undefined;
  const value = running
    ? await running.digest()
    : await compositeChecksum(
        algorithm,
        parts.map((part) => part.checksum?.value ?? ''),
      );
  return { algorithm, value, type: running ? 'FULL_OBJECT' : 'COMPOSITE' } satisfies StoredChecksum;
}

async function* bytesOf(store: S3Store, parts: readonly Part[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    yield* fs.createReadStream(store.bodies.absolute(part.file), { highWaterMark: 256 * 1024 });
  }
}
