import { invalidArgument, noSuchKey, notImplemented, preconditionFailed, S3Error } from './errors.ts';
import type { ObjectVersion } from './storage/object-version.ts';

/** Under which state of the key a write may happen; checked inside its commit. */
export interface WriteCondition {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

/** @throws PreconditionFailed, or NoSuchKey when there is nothing to match */
export function checkWrite(key: string, latest: ObjectVersion | undefined, condition: WriteCondition): void {
  const current = latest?.deleteMarker ? undefined : latest;
  if (condition.ifNoneMatch !== undefined) {
    if (condition.ifNoneMatch !== '*') throw notImplemented('If-None-Match with anything but * on a write');
    if (current !== undefined) throw preconditionFailed('If-None-Match');
  }
  if (condition.ifMatch !== undefined) {
    if (current === undefined) throw noSuchKey(key);
    if (!matches(condition.ifMatch, current.etag)) throw preconditionFailed('If-Match');
  }
}

export interface ReadCondition {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly ifModifiedSince?: Date | undefined;
  readonly ifUnmodifiedSince?: Date | undefined;
}

/**
 * The rules of RFC 9110 §13.2.2: an entity tag beats a date, dates count whole seconds.
 * @throws PreconditionFailed or NotModified (304)
 */
export function checkRead(version: ObjectVersion, condition: ReadCondition, headers: Record<string, string>): void {
  const modified = wholeSeconds(version.modifiedMs);
  if (condition.ifMatch !== undefined) {
    if (!matches(condition.ifMatch, version.etag)) throw preconditionFailed('If-Match');
  } else if (condition.ifUnmodifiedSince !== undefined && modified > condition.ifUnmodifiedSince.getTime()) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  if (condition.ifNoneMatch !== undefined) {
    if (matches(condition.ifNoneMatch, version.etag)) throw notModified(headers);
  } else if (condition.ifModifiedSince !== undefined && modified <= condition.ifModifiedSince.getTime()) {
    throw notModified(headers);
  }
}

/** The same for a copy's source, where "not modified" is a failed precondition. */
export function checkCopySource(version: ObjectVersion, condition: ReadCondition): void {
  try {
    checkRead(version, condition, {});
  } catch (error) {
    if (error instanceof S3Error && error.status === 304) throw preconditionFailed('x-amz-copy-source-If-None-Match');
    throw error;
  }
}

/** Last-Modified has no fractions. */
export const wholeSeconds = (ms: number) => Math.floor(ms / 1000) * 1000;

const notModified = (headers: Record<string, string>) => new S3Error('NotModified', 'Not Modified', 304, { headers });

/** A list of entity tags, quoted or bare, or `*`. */
function matches(header: string, etag: string): boolean {
  if (header.trim() === '') throw invalidArgument('an entity tag is missing');
  return header.split(',').some((item) => {
    const tag = item
      .trim()
      .replace(/^W\//, '')
      .replace(/^"(.*)"$/, '$1');
    return tag === '*' || tag === etag;
  });
}
