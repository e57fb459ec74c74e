/**
 * `aws-chunked`: a body that carries its own chunk sizes, so that signatures and checksums can travel with it.
 *
 *   size-in-hex[;chunk-signature=…]\r\n  bytes \r\n   …   0[;…]\r\n  [trailer-name:value\r\n]*  \r\n
 *
 * Chunk signatures are not checked. Nothing is buffered beyond one line: bytes pass through as they come.
 */
import { S3Error } from '../errors.ts';

const LONGEST_LINE_BYTES = 8192;

const broken = (what: string) => new S3Error('IncompleteBody', `The aws-chunked body is broken: ${what}`, 400);

/** Yields the payload; puts the trailers, names in lower case, into `trailers`. */
export async function* decodeAwsChunked(body: AsyncIterable<Uint8Array>, trailers: Map<string, string>): AsyncGenerator<Buffer> {
  let state: 'size' | 'bytes' | 'end-of-bytes' | 'trailers' = 'size';
  let left = 0;
  let line = '';

  for await (const piece of body) {
    let rest = Buffer.isBuffer(piece) ? piece : Buffer.from(piece);
    while (rest.length > 0) {
      if (state === 'bytes') {
        const bytes = rest.subarray(0, left);
        yield bytes;
        rest = rest.subarray(bytes.length);
        left -= bytes.length;
        if (left === 0) state = 'end-of-bytes';
        continue;
      }
      const end = rest.indexOf(10);
      line += rest.toString('latin1', 0, end < 0 ? rest.length : end);
      if (line.length > LONGEST_LINE_BYTES) throw broken('a chunk header or trailer has no end');
      if (end < 0) break;
      rest = rest.subarray(end + 1);
      const text = line.replace(/\r$/, '');
      line = '';
      if (state === 'end-of-bytes') {
        if (text !== '') throw broken('a chunk is longer than its size');
        state = 'size';
      } else if (state === 'size') {
        if (!/^[0-9a-fA-F]{1,12}(;.*)?$/.test(text)) throw broken('a chunk has no size');
        left = Number.parseInt(text, 16);
        state = left === 0 ? 'trailers' : 'bytes';
      } else {
        const colon = text.indexOf(':');
        if (colon > 0) trailers.set(text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim());
      }
    }
  }
  if (state !== 'trailers') throw broken('it ends before its last chunk');
}
