import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { S3Error } from '../errors.ts';

/** One request in S3's own terms; the body is read elsewhere. */
export interface S3Request {
  readonly method: string;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names. A presigned URL may carry `x-amz-` headers in its query; they are here. */
  readonly headers: Readonly<Record<string, string>>;
  /** The path as it was sent, for error documents. */
  readonly resource: string;
}

const LONGEST_KEY_BYTES = 1024;
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** What a signature brings along in the query; it is not checked. */
const SIGNATURE =
  /^(x-amz-(algorithm|credential|date|expires|signedheaders|signature|security-token)|awsaccesskeyid|signature|expires)$/i;

/** Raw, never through the URL class: that would resolve `..`, which S3 takes as part of the key. */
export function parseRequest(message: IncomingMessage | Http2ServerRequest): S3Request {
  const target = (message.url ?? '/').replace(/^https?:\/\/[^/]*/i, '');
  const mark = target.indexOf('?');
  const resource = mark < 0 ? target : target.slice(0, mark);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (typeof value === 'string') headers[name] = value;
  }
  const query = new Map<string, string>();
  for (const [name, value] of mark < 0 ? [] : parseQuery(target.slice(mark + 1))) {
    if (SIGNATURE.test(name)) continue;
    const lower = name.toLowerCase();
    if (lower.startsWith('x-amz-')) headers[lower] ??= value;
    else if (!query.has(name)) query.set(name, value);
  }
  const slash = resource.indexOf('/', 1);
  const bucket = decode(resource.slice(1, slash < 0 ? undefined : slash));
  const key = slash < 0 ? '' : decode(resource.slice(slash + 1));
  return {
    method: message.method ?? 'GET',
    bucket: bucket === '' ? undefined : bucket,
    key: key === '' ? undefined : requireKey(key),
    query,
    headers,
    resource,
  };
}

/** @throws KeyTooLongError */
export function requireKey(key: string): string {
  if (Buffer.byteLength(key) > LONGEST_KEY_BYTES) {
    throw new S3Error('KeyTooLongError', `Your key is too long: at most ${LONGEST_KEY_BYTES} bytes of UTF-8`, 400);
  }
  return key;
}

export function isBucketName(name: string): boolean {
  return BUCKET_NAME.test(name) && !name.includes('..') && !/^\d+\.\d+\.\d+\.\d+$/.test(name);
}

/** `+` is a space, in paths too: that is how S3 reads them, and why clients send `%2B`. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI: it is not percent-encoded UTF-8", 400);
  }
}

function parseQuery(text: string): [string, string][] {
  return text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0 ? [decode(pair), ''] : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
    });
}
