/** The event that S3 hands to a function, version 2.1: one record, as S3 itself sends them. */
export interface ObjectChange {
  /** Without `s3:`, as events carry it: `ObjectCreated:Put`. */
  readonly eventName: string;
  readonly key: string;
  /** Absent for removals. */
  readonly sizeBytes?: number | undefined;
  readonly etag?: string | undefined;
  /** Only in buckets that have, or had, versioning. */
  readonly versionId?: string | undefined;
  /** Orders the events of one key: greater is later. */
  readonly sequence: number;
  readonly atMs: number;
  readonly requestId: string;
}

export interface EventOrigin {
  readonly bucket: string;
  readonly region: string;
  readonly account: string;
  readonly ruleId: string;
}

/**
 * Keys in events are encoded like form fields, except that `/` stays: a space is `+`, `=` is `%3D`.
 * `encodeURIComponent` leaves five characters that a form encodes.
 */
export const encodeEventKey = (key: string): string =>
  encodeURIComponent(key)
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');

export function createObjectEvent(change: ObjectChange, origin: EventOrigin) {
  const principalId = `AWS:${origin.account}`;
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: origin.region,
        eventTime: new Date(change.atMs).toISOString(),
        eventName: change.eventName,
        userIdentity: { principalId },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: { 'x-amz-request-id': change.requestId, 'x-amz-id-2': change.requestId },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: origin.ruleId,
          bucket: {
            name: origin.bucket,
            ownerIdentity: { principalId: origin.account },
            arn: `arn:aws:s3:::${origin.bucket}`,
          },
          object: {
            key: encodeEventKey(change.key),
            ...(change.sizeBytes === undefined ? {} : { size: change.sizeBytes }),
            ...(change.etag === undefined ? {} : { eTag: change.etag }),
            ...(change.versionId === undefined ? {} : { versionId: change.versionId }),
            sequencer: change.sequence.toString(16).toUpperCase().padStart(18, '0'),
          },
        },
      },
    ],
  };
}
