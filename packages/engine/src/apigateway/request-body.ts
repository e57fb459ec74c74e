import type { IncomingMessage } from 'node:http';

const NOTHING = Buffer.alloc(0);

/** The whole body; undefined when it is longer than the limit, in which case the rest is left unread. */
export function readBody(request: IncomingMessage, limitBytes: number): Buffer | undefined | Promise<Buffer | undefined> {
  if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined) return NOTHING;
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return undefined;
  // Events, not the stream's iterator: that costs more than the rest of a small request.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    const take = (chunk: Buffer) => {
      sizeBytes += chunk.length;
      chunks.push(chunk);
      if (sizeBytes <= limitBytes) return;
      request.off('data', take);
      request.pause();
      resolve(undefined);
    };
    request.on('data', take);
    request.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    request.once('error', reject);
  });
}
