import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { ListedObject, ObjectHead, ObjectRef, ObjectStore } from '@tidemark/pipeline';
import { calling, isServiceError, translateError } from './translate-error.ts';

const MOST_KEYS_A_DELETE = 1_000;

const place = ({ bucket, key, versionId }: ObjectRef) => ({
  Bucket: bucket,
  Key: key,
  ...(versionId === undefined || versionId === '' ? {} : { VersionId: versionId }),
});

const headOf = (found: { ContentLength?: number; Size?: number; ETag?: string; LastModified?: Date }): ObjectHead => ({
  sizeBytes: found.ContentLength ?? found.Size ?? 0,
  etag: (found.ETag ?? '').replaceAll('"', ''),
  lastModifiedMs: found.LastModified?.getTime() ?? 0,
});

const isAbsent = (error: unknown) => isServiceError(error, 'NotFound', 'NoSuchKey', 'NoSuchVersion', 'NoSuchBucket');
const isLost = (error: unknown) => isServiceError(error, 'PreconditionFailed', 'ConditionalRequestConflict');

/** S3 as the pipeline's object store. */
export function createS3ObjectStore(s3: S3Client): ObjectStore {
  const get = async (ref: ObjectRef, range?: { start: number; end: number }) => {
    try {
      return await s3.send(
        new GetObjectCommand({
          ...place(ref),
          ...(range === undefined ? {} : { Range: `bytes=${range.start}-${range.end - 1}` }),
        }),
      );
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw translateError(`reading s3://${ref.bucket}/${ref.key}`, error);
    }
  };
  const put = async (
    bucket: string,
    key: string,
    body: Uint8Array | string,
    condition: { IfNoneMatch?: string; IfMatch?: string },
  ) => {
    try {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ...condition }));
      return true;
    } catch (error) {
      if (isLost(error)) return false;
      throw translateError(`writing s3://${bucket}/${key}`, error);
    }
  };

  return {
    async head(ref) {
      try {
        return headOf(await s3.send(new HeadObjectCommand(place(ref))));
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw translateError(`looking at s3://${ref.bucket}/${ref.key}`, error);
      }
    },
    async read(ref, range) {
      if (range !== undefined && range.end <= range.start) return new Uint8Array();
      return (await get(ref, range))?.Body?.transformToByteArray();
    },
    async stream(ref) {
      const found = await get(ref);
      if (found?.Body === undefined)
        throw translateError(`reading s3://${ref.bucket}/${ref.key}`, Object.assign(new Error(), { name: 'NoSuchKey' }));
      return found.Body as unknown as AsyncIterable<Uint8Array>;
    },
    async put(bucket, key, body) {
      await put(bucket, key, body, {});
    },
    async putOnce(bucket, key, body) {
      return (await put(bucket, key, body, { IfNoneMatch: '*' })) ? 'created' : 'exists';
    },
    async replace(bucket, key, body, etag) {
      return (await put(bucket, key, body, etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: etag }))
        ? 'replaced'
        : 'conflict';
    },
    async *list(bucket, prefix) {
      let token: string | undefined;
      do {
        const page = await calling(`listing s3://${bucket}/${prefix}`, () =>
          s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token })),
        );
        for (const object of page.Contents ?? []) yield { key: object.Key ?? '', ...headOf(object) };
        token = page.NextContinuationToken;
      } while (token !== undefined);
    },
    async *listVersions(bucket, prefix) {
      let from: { KeyMarker?: string; VersionIdMarker?: string } = {};
      for (;;) {
        const page = await calling(`listing the versions of s3://${bucket}/${prefix}`, () =>
          s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, ...from })),
        );
        for (const object of page.Versions ?? []) {
          if (object.IsLatest === true)
            yield { key: object.Key ?? '', ...versionOf(object.VersionId), ...headOf(object) } satisfies ListedObject;
        }
        if (page.IsTruncated !== true || page.NextKeyMarker === undefined) return;
        from = {
          KeyMarker: page.NextKeyMarker,
          ...(page.NextVersionIdMarker === undefined ? {} : { VersionIdMarker: page.NextVersionIdMarker }),
        };
      }
    },
    async remove(bucket, keys) {
      for (let at = 0; at < keys.length; at += MOST_KEYS_A_DELETE) {
        const Objects = keys.slice(at, at + MOST_KEYS_A_DELETE).map((Key) => ({ Key }));
        await calling(`deleting from s3://${bucket}`, () =>
          s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } })),
        );
      }
    },
  };
}

/** Objects of a bucket without versions are listed under the version "null". */
const versionOf = (versionId: string | undefined) => (versionId === undefined || versionId === 'null' ? {} : { versionId });
