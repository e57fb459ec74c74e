import {
  ListObjectVersions$,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
} from '@aws-sdk/client-s3';
import { wholeSeconds } from '../conditions.ts';
import { invalidArgument } from '../errors.ts';
import { type Answer, type S3Operations, s3Operation } from '../http/s3-operation.ts';
import type { S3Store } from '../s3-store.ts';
import { listPage, type Position } from '../storage/listing.ts';
import { behindKey, prepareListing, printPrefixes } from './listing-request.ts';

export function createVersionListings(store: S3Store): S3Operations {
  return {
    ListObjectVersions: s3Operation<ListObjectVersionsCommandInput, ListObjectVersionsCommandOutput>(
      ListObjectVersions$,
      ['Prefix', 'Delimiter', 'MaxKeys', 'KeyMarker', 'VersionIdMarker', 'EncodingType'],
      (input) => listVersions(store, input),
    ),
  };
}

function listVersions(store: S3Store, input: ListObjectVersionsCommandInput): Answer<ListObjectVersionsCommandOutput> {
  const { name, encode, common, request } = prepareListing(store, input);
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
        Key: encode(row.key),
        LastModified: new Date(wholeSeconds(row.modifiedMs)),
        ETag: `"${row.etag}"`,
        Size: row.sizeBytes,
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
