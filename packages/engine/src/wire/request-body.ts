import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { AwsError } from './aws-error.ts';

const LARGEST_BODY_BYTES = 128 * 1024 * 1024;

const gunzipAsync = promisify(gunzip);
const nothing = Buffer.alloc(0);

/** The complete body, decompressed where the client says it is compressed. */
export async function readRequestBody(request: IncomingMessage): Promise<Buffer> {
  const encoding = request.headers['content-encoding'];
  const body = await collect(request);
  if (!encoding || encoding === 'identity' || body.length === 0) return body;
  if (encoding !== 'gzip')
    throw new AwsError('UnsupportedMediaTypeException', `Request bodies may be gzip-encoded or plain, not ${encoding}.`, 415);
  try {
    return await gunzipAsync(body, { maxOutputLength: LARGEST_BODY_BYTES });
  } catch {
    throw new AwsError('SerializationException', 'The request body says it is gzip and is not, or is too large.');
  }
}

function collect(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let first: Buffer | undefined;
    let chunks: Buffer[] | undefined;
    let sizeBytes = 0;
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes > LARGEST_BODY_BYTES) {
        request.resume();
        chunks = undefined;
        first = undefined;
        reject(new AwsError('RequestEntityTooLargeException', `Request bodies may have up to ${LARGEST_BODY_BYTES} bytes.`, 413));
      } else if (!first) first = chunk;
      else if (chunks) chunks.push(chunk);
      else chunks = [first, chunk];
    });
    request.on('end', () => resolve(chunks ? Buffer.concat(chunks) : (first ?? nothing)));
    request.on('error', reject);
    request.on('aborted', () => reject(new Error('The client went away before its request was complete.')));
  });
}
