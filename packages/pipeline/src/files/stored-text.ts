/** The text of a stored object as it streams by: hashed as stored, decompressed, its byte order mark looked at. */
import { createHash } from 'node:crypto';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { TidemarkError } from '@tidemark/domain';

export interface StoredText {
  /** Decompressed; the first buffer has at least 3 bytes where the text has. */
  readonly text: AsyncIterable<Buffer>;
  /** Of the stored bytes; complete when `text` has ended. */
  readonly sizeBytes: () => number;
  readonly sha256: () => string;
}

/** Reading `text` throws FILE_TRUNCATED when the gzip data is cut off or damaged. What `stored` throws passes as it is. */
export function openStoredText(stored: AsyncIterable<Uint8Array>, gzip: boolean): StoredText {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  async function* hashed(): AsyncGenerator<Buffer> {
    for await (const bytes of stored) {
      hash.update(bytes);
      sizeBytes += bytes.byteLength;
      yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
  }
  return {
    text: withWholeHead(gzip ? gunzipped(hashed(), () => sizeBytes) : hashed()),
    sizeBytes: () => sizeBytes,
    sha256: () => hash.digest('hex'),
  };
}

async function* gunzipped(stored: AsyncIterable<Buffer>, sizeBytes: () => number): AsyncGenerator<Buffer> {
  // Takes files of several members, and zeros after the last. Anything else after it is an error, never cut off silently.
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  // The callback is required; the error also reaches whoever reads the gunzip, which is where it is handled.
  pipeline(stored, gunzip, () => {});
  try {
    for await (const text of gunzip as Readable as AsyncIterable<Buffer>) yield text;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (typeof code !== 'string' || !code.startsWith('Z_')) throw error;
    // No bytes at all is an empty file, which is for the planner to say.
    if (sizeBytes() === 0) return;
    const what = code === 'Z_BUF_ERROR' ? 'the gzip data ends before its end' : `the gzip data is damaged (${code})`;
    throw new TidemarkError('FILE_TRUNCATED', `${what}: export the file again`, { cause: error });
  }
}

async function* withWholeHead(text: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const buffer of text) {
    if (head === undefined) {
      yield buffer;
      continue;
    }
    head = head.length === 0 ? buffer : Buffer.concat([head, buffer]);
    if (head.length < 3) continue;
    yield head;
    head = undefined;
  }
  if (head !== undefined && head.length > 0) yield head;
}

/** How many bytes the byte order mark takes: 3 for UTF-8's, 0 without one. @throws FILE_UNDECODABLE for UTF-16. */
export function byteOrderMarkLength(head: Buffer): number {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 3;
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) {
    throw new TidemarkError('FILE_UNDECODABLE', 'the file is UTF-16: export it as UTF-8');
  }
  return 0;
}
