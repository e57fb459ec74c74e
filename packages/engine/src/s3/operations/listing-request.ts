import { invalidArgument } from '../errors.ts';
import type { S3Store } from '../s3-store.ts';
import type { Page, Position } from '../storage/listing.ts';
import type { ObjectVersion } from '../storage/object-version.ts';
import { checkCount } from './object-attributes.ts';

const MOST_KEYS = 1000;

export interface ListInput {
  readonly Bucket: string | undefined;
  readonly Prefix?: string | undefined;
  readonly Delimiter?: string | undefined;
  readonly MaxKeys?: number | undefined;
  readonly EncodingType?: string | undefined;
}

/** What all listings have in common; `encode` is to be used on every key and prefix of the answer. */
export function prepareListing(store: S3Store, input: ListInput) {
  const { name } = store.buckets.require(input.Bucket as string);
  if (input.EncodingType !== undefined && input.EncodingType !== 'url') {
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', input.EncodingType);
  }
  const encode = input.EncodingType === 'url' ? encodeListedKey : (text: string) => text;
  const maxEntries = checkCount('max-keys', input.MaxKeys, MOST_KEYS);
  const prefix = input.Prefix ?? '';
  const delimiter = input.Delimiter ?? '';
  const common = {
    Name: name,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    MaxKeys: maxEntries,
    EncodingType: input.EncodingType as 'url' | undefined,
  };
  return { name, encode, common, request: { prefix, delimiter, maxEntries } };
}

/** Like a form field, except that `/` stays. */
const encodeListedKey = (text: string) =>
  encodeURIComponent(text)
    .replace(/[!'()~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');

export const printPrefixes = (page: Page<ObjectVersion>, encode: (text: string) => string) =>
  page.prefixes.map((prefix) => ({ Prefix: encode(prefix) }));

export const behindKey = (key: string | undefined): Position | undefined =>
  key === undefined || key === '' ? undefined : { key, belowId: 0 };
