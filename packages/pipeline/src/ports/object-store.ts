/** One version of an object; without a version the newest is meant. */
export interface ObjectRef {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string | undefined;
}

export interface ObjectHead {
  readonly sizeBytes: number;
  /** Without quotes. */
  readonly etag: string;
  readonly lastModifiedMs: number;
}

export interface ListedObject extends ObjectHead {
  readonly key: string;
  readonly versionId?: string | undefined;
}

/** S3 as the pipeline needs it. Every method may throw DEPENDENCY_FAILED. */
export interface ObjectStore {
  head(ref: ObjectRef): Promise<ObjectHead | undefined>;
  /** The whole object, or the bytes `[start, end)`. Undefined when there is no such object. */
  read(ref: ObjectRef, range?: { readonly start: number; readonly end: number }): Promise<Uint8Array | undefined>;
  stream(ref: ObjectRef): Promise<AsyncIterable<Uint8Array>>;
  put(bucket: string, key: string, body: Uint8Array | string): Promise<void>;
  /** Writes only where nothing is: the first writer wins, and a repetition learns that it came second. */
  putOnce(bucket: string, key: string, body: Uint8Array | string): Promise<'created' | 'exists'>;
  /** Replaces exactly the state that was read: `etag` of it, or undefined for "there was none". */
  replace(bucket: string, key: string, body: string, etag: string | undefined): Promise<'replaced' | 'conflict'>;
  /** In UTF-8 byte order of the key. */
  list(bucket: string, prefix: string): AsyncIterable<ListedObject>;
  /** The same with the newest version's id, for versioned buckets. */
  listVersions(bucket: string, prefix: string): AsyncIterable<ListedObject>;
  remove(bucket: string, keys: readonly string[]): Promise<void>;
}
