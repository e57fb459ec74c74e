import {
  ListObjects$,
  type ListObjectsCommandInput,
  type ListObjectsCommandOutput,
  ListObjectsV2$,
  type ListObjectsV2CommandInput,
  type ListObjectsV2CommandOutput,
  ListObjectVersions$,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
  type _Object,
} from '@aws-sdk/client-s3';
import { wholeSeconds } from '../conditions.ts';
import { invalidArgument } from '../errors.ts';
import { type Answer, type S3Operations, s3Operation } from '../http/s3-operation.ts';
import type { S3Store } from '../s3-store.ts';
import { listPage, type Page, type Position } from '../storage/listing.ts';
import type { ObjectVersion } from '../storage/object-version.ts';
import { checkCount } from './object-attributes.ts';

const MOST_KEYS = 1000;

export function createListings(store: S3Store): S3Operations {
  return {
    ListObjectsV2: s3Operation<ListObjectsV2CommandInput, ListObjectsV2CommandOutput>(
      ListObjectsV2$,
      ['Prefix', 'Delimiter', 'MaxKeys', 'ContinuationToken', 'StartAfter', 'EncodingType', 'FetchOwner'],
      (input) => listV2(store, input),
    ),
    ListObjects: s3Operation<ListObjectsCommandInput, ListObjectsCommandOutput>(
      ListObjects$,
      ['Prefix', 'Delimiter', 'MaxKeys', 'Marker', 'EncodingType'],
      (input) => listV1(store, input),
    ),
    ListObjectVersions: s3Operation<ListObjectVersionsCommandInput, ListObjectVersionsCommandOutput>(
      ListObjectVersions$,
      ['Prefix', 'Delimiter', 'MaxKeys', 'KeyMarker', 'VersionIdMarker', 'EncodingType'],
      (input) => listVersions(store, input),
    ),
  };
}

interface ListInput {
  readonly Bucket: string | undefined;
  readonly Prefix?: string | undefined;
  readonly Delimiter?: string | undefined;
  readonly MaxKeys?: number | undefined;
  readonly EncodingType?: string | undefined;
}

/** What all listings have in common; `encode` is to be used on every key and prefix of the answer. */
function prepare(store: S3Store, input: ListInput) {
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

const printPrefixes = (page: Page<ObjectVersion>, encode: (text: string) => string) =>
  page.prefixes.map((prefix) => ({ Prefix: encode(prefix) }));

const printObject = (version: ObjectVersion, encode: (text: string) => string): _Object => ({
  Key: encode(version.key),
  LastModified: new Date(wholeSeconds(version.modifiedMs)),
  ETag: `"${version.etag}"`,
  Size: version.sizeBytes,
  StorageClass: (version.attributes.storageClass ?? 'STANDARD') as 'STANDARD',
  ...(version.attributes.checksum === undefined
    ? {}
    : {
        ChecksumAlgorithm: [version.attributes.checksum.algorithm as 'CRC32'],
        ChecksumType: version.attributes.checksum.type,
      }),
});

/** A token says behind which key or prefix the next page starts; keys may hold anything, so it is not the key itself. */
const printToken = (position: Position | undefined) =>
  position && Buffer.from(position.key, 'utf8').toString('base64url');

function parseToken(token: string): Position {
  const key = Buffer.from(token, 'base64url').toString('utf8');
  if (token === '' || printToken({ key, belowId: 0 }) !== token) {
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
  }
  return { key, belowId: 0 };
}

const behindKey = (key: string | undefined): Position | undefined =>
  key === undefined || key === '' ? undefined : { key, belowId: 0 };

function listV2(store: S3Store, input: ListObjectsV2CommandInput): Answer<ListObjectsV2CommandOutput> {
  const { name, encode, common, request } = prepare(store, input);
  const token = input.ContinuationToken;
  const after = token === undefined ? behindKey(input.StartAfter) : parseToken(token);
  const page = listPage(store.listing.current(name), { ...request, after });
  const owner = { Owner: { ID: store.context.account } };
  return {
    ...common,
    KeyCount: page.rows.length + page.prefixes.length,
    IsTruncated: page.next !== undefined,
    Contents: page.rows.map((row) => ({ ...printObject(row, encode), ...(input.FetchOwner ? owner : {}) })),
    CommonPrefixes: printPrefixes(page, encode),
    ContinuationToken: token,
    NextContinuationToken: printToken(page.next),
    StartAfter: input.StartAfter === undefined ? undefined : encode(input.StartAfter),
  };
}

/** NextMarker comes only with a delimiter; without one clients go on from the last key. */
function listV1(store: S3Store, input: ListObjectsCommandInput): Answer<ListObjectsCommandOutput> {
  const { name, encode, common, request } = prepare(store, input);
  const page = listPage(store.listing.current(name), { ...request, after: behindKey(input.Marker) });
  return {
    ...common,
    Marker: encode(input.Marker ?? ''),
    IsTruncated: page.next !== undefined,
    NextMarker: page.next && request.delimiter !== '' ? encode(page.next.key) : undefined,
    Contents: page.rows.map((row) => ({ ...printObject(row, encode), Owner: { ID: store.context.account } })),
    CommonPrefixes: printPrefixes(page, encode),
  };
}

function listVersions(
  store: S3Store,
  input: ListObjectVersionsCommandInput,
): Answer<ListObjectVersionsCommandOutput> {
  const { name, encode, common, request } = prepare(store, input);
  const page = listPage(store.listing.versions(name), { ...request, after: versionMarker(store, input) });
  const nextVersion = page.next === undefined ? undefined : page.rows.findLast((row) => row.id === page.next?.belowId);
  const Owner = { ID: store.context.account };
  return {
    ...common,
    KeyMarker: encode(input.KeyMarker ?? ''),
    VersionIdMarker: input.VersionIdMarker ?? '',
    IsTruncated: page.next !== undefined,
    NextKeyMarker: page.next && encode(page.next.key),
    NextVersionIdMarker: nextVersion?.versionId,
    Versions: page.rows
      .filter((row) => !row.deleteMarker)
      .map((row) => ({
        ...printObject(row, encode),
        StorageClass: 'STANDARD',
        VersionId: row.versionId,
        IsLatest: row.latest,
        Owner,
      })),
    DeleteMarkers: page.rows
      .filter((row) => row.deleteMarker)
      .map((row) => ({
        Key: encode(row.key),
        VersionId: row.versionId,
        IsLatest: row.latest,
        LastModified: new Date(wholeSeconds(row.modifiedMs)),
        Owner,
      })),
    CommonPrefixes: printPrefixes(page, encode),
  };
}

function versionMarker(store: S3Store, input: ListObjectVersionsCommandInput): Position | undefined {
  const { KeyMarker, VersionIdMarker } = input;
  if (VersionIdMarker === undefined || VersionIdMarker === '') return behindKey(KeyMarker);
  if (KeyMarker === undefined || KeyMarker === '') {
    throw invalidArgument('A version-id marker cannot be specified without a key marker.', 'version-id-marker', VersionIdMarker);
  }
  const version = store.versions.find(input.Bucket as string, KeyMarker, VersionIdMarker);
  if (version === undefined) throw invalidArgument('Invalid version id specified', 'version-id-marker', VersionIdMarker);
  return { key: KeyMarker, belowId: version.id };
}
