/**
 * The body of a request, read once, as it comes in. What it claims about itself is checked on the way: length, MD5,
 * SHA-256 and any of S3's checksums, whether sent in a header or as a trailer. Only after the last byte are `etag`,
 * `checksum` and `sizeBytes` known.
 */
import { createHash } from 'node:crypto';
import { algorithmOfHeader, checksumAlgorithms, checksumHeader, createChecksum, type StoredChecksum } from '../checksums.ts';
import { invalidArgument, invalidRequest, S3Error } from '../errors.ts';
import { decodeAwsChunked } from './aws-chunked.ts';

const SMALL_BODY_BYTES = 8 * 1024 * 1024;

export class RequestBody implements AsyncIterable<Buffer> {
  sizeBytes = 0;
  /** MD5 in hex, which is the ETag of an object put at once. */
  etag = '';
  checksum: StoredChecksum | undefined;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #source: AsyncIterable<Uint8Array>;

  constructor(headers: Readonly<Record<string, string>>, source: AsyncIterable<Uint8Array>) {
    this.#headers = headers;
    this.#source = source;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    const headers = this.#headers;
    const trailers = new Map<string, string>();
    const chunks = isAwsChunked(headers) ? decodeAwsChunked(this.#source, trailers) : this.#source;
    const claimed = claimedChecksum(headers);
    const md5 = createHash('md5');
    const sha256 = isSha256(headers['x-amz-content-sha256']) ? createHash('sha256') : undefined;
    const checksum = claimed && createChecksum(claimed.algorithm);
    for await (const chunk of chunks as AsyncIterable<Buffer>) {
      this.sizeBytes += chunk.length;
      md5.update(chunk);
      sha256?.update(chunk);
      checksum?.update(chunk);
      yield chunk;
    }

    const digest = md5.digest();
    this.etag = digest.toString('hex');
    checkLength(headers, this.sizeBytes);
    checkMd5(headers['content-md5'], digest);
    if (sha256 !== undefined && sha256.digest('hex') !== headers['x-amz-content-sha256']) {
      throw new S3Error(
        'XAmzContentSHA256Mismatch',
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
      );
    }
    if (claimed === undefined || checksum === undefined) return;
    const expected = claimed.value ?? trailers.get(checksumHeader(claimed.algorithm));
    if (expected === undefined) {
      throw invalidRequest(`The trailer ${checksumHeader(claimed.algorithm)} was announced but did not come`);
    }
    const value = await checksum.digest();
    if (value !== expected) {
      throw new S3Error('BadDigest', `The ${claimed.algorithm} you specified did not match the calculated checksum.`);
    }
    this.checksum = { algorithm: claimed.algorithm, value, type: 'FULL_OBJECT' };
  }

  /** For the XML and JSON documents of small requests. */
  async bytes(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of this) {
      if (this.sizeBytes > SMALL_BODY_BYTES) {
        throw new S3Error('EntityTooLarge', `This request's body may have at most ${SMALL_BODY_BYTES} bytes`, 400);
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }
}

export const isAwsChunked = (headers: Readonly<Record<string, string>>): boolean =>
  (headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-') ||
  (headers['content-encoding'] ?? '').split(',').some((token) => token.trim() === 'aws-chunked');

const isSha256 = (text: string | undefined) => text !== undefined && /^[0-9a-f]{64}$/.test(text);

function claimedChecksum(headers: Readonly<Record<string, string>>) {
  const sent = checksumAlgorithms.filter((algorithm) => headers[checksumHeader(algorithm)] !== undefined);
  const trailers = (headers['x-amz-trailer'] ?? '').split(',').map((name) => algorithmOfHeader(name.trim()));
  const announced = trailers.filter((algorithm) => algorithm !== undefined);
  const all = [...sent, ...announced];
  if (all.length > 1) throw invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  const [algorithm] = all;
  return algorithm === undefined ? undefined : { algorithm, value: headers[checksumHeader(algorithm)] };
}

function checkLength(headers: Readonly<Record<string, string>>, sizeBytes: number): void {
  const decoded = headers['x-amz-decoded-content-length'];
  const claimed = decoded ?? (isAwsChunked(headers) ? undefined : headers['content-length']);
  if (claimed !== undefined && Number(claimed) !== sizeBytes) {
    throw new S3Error('IncompleteBody', `The request announced ${claimed} bytes and sent ${sizeBytes}`, 400);
  }
}

function checkMd5(header: string | undefined, digest: Buffer): void {
  if (header === undefined) return;
  const expected = Buffer.from(header, 'base64');
  if (expected.length !== 16) throw new S3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.', 400);
  if (!expected.equals(digest)) {
    throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.', 400);
  }
}

/** @throws InvalidArgument for an algorithm that S3 does not have */
export function requireAlgorithm(algorithm: string): string {
  if (!checksumAlgorithms.includes(algorithm)) {
    throw invalidArgument(`Checksum algorithm must be one of ${checksumAlgorithms.join(', ')}`, 'ChecksumAlgorithm', algorithm);
  }
  return algorithm;
}
