import {
  DeleteObjectTagging$,
  type DeleteObjectTaggingCommandInput,
  type DeleteObjectTaggingCommandOutput,
  GetObjectTagging$,
  type GetObjectTaggingCommandInput,
  type GetObjectTaggingCommandOutput,
  PutObjectTagging$,
  type PutObjectTaggingCommandInput,
  type PutObjectTaggingCommandOutput,
  type Tag,
} from '@aws-sdk/client-s3';
import { malformedXml } from '../errors.ts';
import { type S3Operations, s3Operation } from '../http/s3-operation.ts';
import type { S3Store } from '../s3-store.ts';
import type { Tags } from '../storage/object-version.ts';
import { findVersion } from './find-version.ts';
import { checkTags } from './object-attributes.ts';

interface Target {
  readonly Bucket: string | undefined;
  readonly Key: string | undefined;
  readonly VersionId?: string | undefined;
}

export function createObjectTagging(store: S3Store): S3Operations {
  const find = (input: Target) => findVersion(store, input.Bucket as string, input.Key as string, input.VersionId);

  const setTags = async (input: Target, tags: Tags, eventName: string, requestId: string) => {
    const { shownId } = await store.commit(() => {
      const found = find(input);
      store.versions.setTags(found.version, tags);
      store.outbox.add(found.bucket, {
        eventName,
        key: found.version.key,
        etag: found.version.etag,
        versionId: found.shownId,
        sequence: store.nextId(),
        atMs: store.context.clock.nowMs(),
        requestId,
      });
      return found;
    });
    store.outbox.wake();
    return { VersionId: shownId };
  };

  return {
    GetObjectTagging: s3Operation<GetObjectTaggingCommandInput, GetObjectTaggingCommandOutput>(
      GetObjectTagging$,
      ['VersionId'],
      (input) => {
        const { version, shownId } = find(input);
        return { VersionId: shownId, TagSet: version.tags as Tag[] };
      },
    ),
    PutObjectTagging: s3Operation<PutObjectTaggingCommandInput, PutObjectTaggingCommandOutput>(
      PutObjectTagging$,
      ['VersionId', 'Tagging'],
      (input, { requestId }) => {
        if (input.Tagging?.TagSet === undefined) throw malformedXml('Tagging has no TagSet');
        const tags = input.Tagging.TagSet.map(({ Key, Value }) => ({ Key: Key ?? '', Value: Value ?? '' }));
        return setTags(input, checkTags(tags), 'ObjectTagging:Put', requestId);
      },
    ),
    DeleteObjectTagging: s3Operation<DeleteObjectTaggingCommandInput, DeleteObjectTaggingCommandOutput>(
      DeleteObjectTagging$,
      ['VersionId'],
      (input, { requestId }) => setTags(input, [], 'ObjectTagging:Delete', requestId),
    ),
  };
}
