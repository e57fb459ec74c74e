import {
  ListObjects$,
  type ListObjectsCommandInput,
  type ListObjectsCommandOutput,
  ListObjectsV2$,
  type ListObjectsV2CommandInput,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';
import { wholeSeconds } from '../conditions.ts';
import { invalidArgument } from '../errors.ts';
import { type Answer, type S3Operations, s3Operation } from '../http/s3-operation.ts';
import { escapeXml } from '../http/xml.ts';
import type { S3Store } from '../s3-store.ts';
import { listPage, type Position } from '../storage/listing.ts';
import type { ObjectVersion } from '../storage/object-version.ts';
import { behindKey, prepareListing, printPrefixes } from './listing-request.ts';

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
  };
}

/** By hand: the codec takes 20 ms for a page of 1,000, in which the whole engine stands still. */
function printContents(rows: readonly ObjectVersion[], encode: (text: string) => string, owner: string | undefined): string {
  const ownerXml = owner === undefined ? '' : `<Owner><ID>${owner}</ID></Owner>`;
  return rows
    .map(({ key, modifiedMs, etag, sizeBytes, attributes: { checksum, storageClass } }) => {
      const checksumXml =
        checksum === undefined
          ? ''
          : `<ChecksumAlgorithm>${checksum.algorithm}</ChecksumAlgorithm><ChecksumType>${checksum.type}</ChecksumType>`;
      return (
        `<Contents><Key>${escapeXml(encode(key))}</Key>` +
        `<LastModified>${new Date(wholeSeconds(modifiedMs)).toISOString()}</LastModified>` +
        `<ETag>&quot;${etag}&quot;</ETag><Size>${sizeBytes}</Size>${ownerXml}${checksumXml}` +
        `<StorageClass>${storageClass ?? 'STANDARD'}</StorageClass></Contents>`
      );
    })
    .join('');
}

/** A token says behind which key or prefix the next page starts; keys may hold anything, so it is not the key itself. */
const printToken = (position: Position | undefined) => position && Buffer.from(position.key, 'utf8').toString('base64url');

function parseToken(token: string): Position {
  const key = Buffer.from(token, 'base64url').toString('utf8');
  if (token === '' || printToken({ key, belowId: 0 }) !== token) {
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
  }
  return { key, belowId: 0 };
}

function listV2(store: S3Store, input: ListObjectsV2CommandInput): Answer<ListObjectsV2CommandOutput> {
  const { name, encode, common, request } = prepareListing(store, input);
  const token = input.ContinuationToken;
  const after = token === undefined ? behindKey(input.StartAfter) : parseToken(token);
  const page = listPage(store.listing.current(name), { ...request, after });
  return {
    ...common,
    KeyCount: page.rows.length + page.prefixes.length,
    IsTruncated: page.next !== undefined,
    $elements: printContents(page.rows, encode, input.FetchOwner ? store.context.account : undefined),
    CommonPrefixes: printPrefixes(page, encode),
    ContinuationToken: token,
    NextContinuationToken: printToken(page.next),
    StartAfter: input.StartAfter === undefined ? undefined : encode(input.StartAfter),
  };
}

/** NextMarker comes only with a delimiter; without one clients go on from the last key. */
function listV1(store: S3Store, input: ListObjectsCommandInput): Answer<ListObjectsCommandOutput> {
  const { name, encode, common, request } = prepareListing(store, input);
  const page = listPage(store.listing.current(name), { ...request, after: behindKey(input.Marker) });
  return {
    ...common,
    Marker: encode(input.Marker ?? ''),
    IsTruncated: page.next !== undefined,
    NextMarker: page.next && request.delimiter !== '' ? encode(page.next.key) : undefined,
    $elements: printContents(page.rows, encode, store.context.account),
    CommonPrefixes: printPrefixes(page, encode),
  };
}
