import { invalidArgument, notImplemented, S3Error } from '../errors.ts';
import { isAwsChunked } from '../http/request-body.ts';
import type { ObjectAttributes, Tags } from '../storage/object-version.ts';

/** Members of the inputs that create an object and are heeded by {@link parseAttributes} and {@link parseTagHeader}. */
export const ATTRIBUTE_MEMBERS = [
  'ACL',
  'CacheControl',
  'ContentDisposition',
  'ContentEncoding',
  'ContentLanguage',
  'ContentType',
  'Expires',
  'Metadata',
  'ServerSideEncryption',
  'StorageClass',
  'Tagging',
] as const;

/** Headers that are kept as they were sent and come back with the object. */
const KEPT = ['cache-control', 'content-disposition', 'content-language', 'expires'];

/** Those from which an object can be read at once; an archive class would need RestoreObject. */
const STORAGE_CLASSES = ['STANDARD', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR', 'REDUCED_REDUNDANCY'];
const LONGEST_METADATA_BYTES = 2048;

export interface AttributeInput {
  readonly ACL?: string | undefined;
  readonly Metadata?: Record<string, string> | undefined;
  readonly ServerSideEncryption?: string | undefined;
  readonly StorageClass?: string | undefined;
}

export function parseAttributes(input: AttributeInput, headers: Readonly<Record<string, string>>): ObjectAttributes {
  requireOwnerAcl(input.ACL);
  requireNoKeys(input.ServerSideEncryption);
  const metadata = input.Metadata ?? {};
  const bytes = Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + Buffer.byteLength(value), 0);
  if (bytes > LONGEST_METADATA_BYTES) {
    throw new S3Error('MetadataTooLarge', `Your metadata headers exceed the limit of ${LONGEST_METADATA_BYTES} bytes`);
  }
  const storageClass = parseStorageClass(input.StorageClass);
  const kept: Record<string, string> = { 'content-type': headers['content-type'] ?? 'binary/octet-stream' };
  const encoding = withoutAwsChunked(headers);
  if (encoding !== '') kept['content-encoding'] = encoding;
  for (const name of KEPT) if (headers[name] !== undefined) kept[name] = headers[name];
  return { headers: kept, metadata, ...(storageClass === undefined ? {} : { storageClass }) };
}

/** New buckets have ACLs switched off: only the two that change nothing are accepted. */
function requireOwnerAcl(acl: string | undefined): void {
  if (acl !== undefined && acl !== 'private' && acl !== 'bucket-owner-full-control') {
    throw new S3Error('AccessControlListNotSupported', 'The bucket does not allow ACLs', 400);
  }
}

/** S3's own keys are what AWS uses unasked: no caller can see a difference. Nothing is encrypted here. */
function requireNoKeys(encryption: string | undefined): void {
  if (encryption !== undefined && encryption !== 'AES256') throw notImplemented(`Server-side encryption ${encryption}`);
}

function parseStorageClass(storageClass: string | undefined): string | undefined {
  if (storageClass === undefined || storageClass === 'STANDARD') return undefined;
  if (!STORAGE_CLASSES.includes(storageClass)) throw notImplemented(`The storage class ${storageClass}`);
  return storageClass;
}

/** `aws-chunked` says how the body travelled, not what it is. */
function withoutAwsChunked(headers: Readonly<Record<string, string>>): string {
  const encoding = headers['content-encoding'] ?? '';
  if (!isAwsChunked(headers)) return encoding;
  const tokens = encoding.split(',').map((token) => token.trim());
  return tokens.filter((token) => token !== '' && token !== 'aws-chunked').join(',');
}

/** `x-amz-tagging: a=1&b=2`, encoded like a query. */
export const parseTagHeader = (header: string | undefined): Tags =>
  checkTags([...new URLSearchParams(header ?? '')].map(([Key, Value]) => ({ Key, Value })));

/** @throws InvalidTag, BadRequest */
export function checkTags(tags: Tags): Tags {
  if (tags.length > 10) throw new S3Error('BadRequest', 'Object tags cannot be greater than 10', 400);
  if (new Set(tags.map((tag) => tag.Key)).size < tags.length) {
    throw new S3Error('InvalidTag', 'Cannot provide multiple Tags with the same key', 400);
  }
  for (const { Key, Value } of tags) {
    if (Key.length === 0 || Key.length > 128) throw new S3Error('InvalidTag', 'The TagKey you have provided is invalid', 400);
    if (Value.length > 256) throw new S3Error('InvalidTag', 'The TagValue you have provided is invalid', 400);
  }
  return tags;
}

/** A whole number of a request, such as `max-keys`. */
export function checkCount(name: string, value: number | undefined, most: number): number {
  if (value === undefined) return most;
  if (value < 0) throw invalidArgument(`Argument ${name} must be an integer between 0 and ${most}`, name, String(value));
  return Math.min(value, most);
}
