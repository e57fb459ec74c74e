import fs from 'node:fs';
import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { pipeline } from 'node:stream/promises';
import type { AwsError } from '../../wire/aws-error.ts';
import { invalidArgument, S3Error } from '../errors.ts';
import type { EncodedAnswer } from './bindings.ts';
import type { FileSlice } from './s3-operation.ts';
import type { S3Request } from './s3-request.ts';
import { writeErrorXml } from './xml.ts';

export type Response = ServerResponse | Http2ServerResponse;

/** Read at once: for bodies of this size a stream costs more than the read. */
const SMALL_FILE_BYTES = 512 * 1024;
const PIECE_BYTES = 256 * 1024;

export async function sendAnswer(response: Response, answer: EncodedAnswer, headOnly: boolean): Promise<void> {
  const { status, headers, text, file } = answer;
  if (file === undefined || headOnly) {
    if (text !== undefined) headers['content-length'] = String(Buffer.byteLength(text));
    else if (!headOnly && status !== 204) headers['content-length'] = '0';
    writeHead(response, status, headers);
    endWith(response, headOnly ? undefined : text);
    return;
  }
  const handle = fs.openSync(file.file, 'r');
  try {
    headers['content-length'] = String(file.end - file.start);
    writeHead(response, status, headers);
  } catch (error) {
    fs.closeSync(handle);
    throw error;
  }
  if (file.end - file.start <= SMALL_FILE_BYTES) endWith(response, readSlice(handle, file));
  else await streamSlice(response, handle, file);
}

function endWith(response: Response, body: string | Buffer | undefined): void {
  if (body === undefined) response.end();
  else response.end(body as string);
}

function readSlice(handle: number, { start, end }: FileSlice): Buffer {
  try {
    const bytes = Buffer.allocUnsafe(end - start);
    let done = 0;
    while (done < bytes.length) {
      const read = fs.readSync(handle, bytes, done, bytes.length - done, start + done);
      if (read === 0) throw new Error('a body file is shorter than the index says');
      done += read;
    }
    return bytes;
  } finally {
    fs.closeSync(handle);
  }
}

/** A client that hangs up in the middle is no fault of the engine. */
async function streamSlice(response: Response, fd: number, { start, end }: FileSlice): Promise<void> {
  const stream = fs.createReadStream('', { fd, start, end: end - 1, highWaterMark: PIECE_BYTES });
  try {
    await pipeline(stream, response as ServerResponse);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/** Header values come from clients too, as in `response-content-disposition`. */
function writeHead(response: Response, status: number, headers: Record<string, string>): void {
  try {
    (response as ServerResponse).writeHead(status, headers);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_INVALID_CHAR') throw error;
    throw invalidArgument('A header of the answer would hold characters that HTTP does not allow');
  }
}

/** HEAD and 304 have no document: clients read status and reason phrase. */
export function sendError(response: Response, error: AwsError, request: S3Request | undefined, requestId: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const details = error instanceof S3Error ? error : undefined;
  const headers: Record<string, string> = {
    'x-amz-request-id': requestId,
    'x-amz-id-2': requestId,
    ...details?.headers,
  };
  if (request?.method === 'HEAD' || error.status === 304) {
    (response as ServerResponse).writeHead(error.status, headers);
    response.end();
    return;
  }
  const text = writeErrorXml({
    Code: error.code,
    Message: error.message,
    ...details?.fields,
    Resource: request?.resource ?? '',
    RequestId: requestId,
    HostId: requestId,
  });
  headers['content-type'] = 'application/xml';
  headers['content-length'] = String(Buffer.byteLength(text));
  (response as ServerResponse).writeHead(error.status, headers);
  response.end(text);
}
