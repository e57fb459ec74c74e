/**
 * One record as it lies in a segment file:
 *
 *   u32 length of the body · u32 CRC-32 of the body · body
 *   body = f64 stored at, ms · f64 arrival, ms · u16 length of the key · key, UTF-8 · data
 *
 * `storedMs` never decreases within a shard; it is what retention and positions in time go by. `arrivalMs` is what
 * clients are told.
 */
import { crc32 } from 'node:zlib';

export interface LogRecord {
  readonly storedMs: number;
  readonly arrivalMs: number;
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

export const FRAME_HEAD_BYTES = 8;
const BODY_HEAD_BYTES = 18;

export function encodeFrame({ storedMs, arrivalMs, partitionKey, data }: LogRecord): Buffer {
  const keyBytes = Buffer.byteLength(partitionKey);
  const bodyBytes = BODY_HEAD_BYTES + keyBytes + data.length;
  const frame = Buffer.allocUnsafe(FRAME_HEAD_BYTES + bodyBytes);
  frame.writeUInt32LE(bodyBytes, 0);
  frame.writeDoubleLE(storedMs, 8);
  frame.writeDoubleLE(arrivalMs, 16);
  frame.writeUInt16LE(keyBytes, 24);
  frame.write(partitionKey, 26, 'utf8');
  frame.set(data, 26 + keyBytes);
  frame.writeUInt32LE(crc32(frame.subarray(FRAME_HEAD_BYTES)), 4);
  return frame;
}

/** How long the frame at `offset` is, head included; 0 when fewer bytes than its head are there or it cannot be a frame. */
export function frameBytesAt(buffer: Buffer, offset: number): number {
  if (buffer.length - offset < FRAME_HEAD_BYTES) return 0;
  const bodyBytes = buffer.readUInt32LE(offset);
  return bodyBytes < BODY_HEAD_BYTES ? 0 : FRAME_HEAD_BYTES + bodyBytes;
}

/** The frame at `offset`, which must be there in whole; undefined when its bytes are not what was written. */
export function decodeFrame(buffer: Buffer, offset: number): LogRecord | undefined {
  const body = buffer.subarray(offset + FRAME_HEAD_BYTES, offset + frameBytesAt(buffer, offset));
  if (crc32(body) !== buffer.readUInt32LE(offset + 4)) return undefined;
  const keyEnd = BODY_HEAD_BYTES + body.readUInt16LE(16);
  return {
    storedMs: body.readDoubleLE(0),
    arrivalMs: body.readDoubleLE(8),
    partitionKey: body.toString('utf8', BODY_HEAD_BYTES, keyEnd),
    data: body.subarray(keyEnd),
  };
}
