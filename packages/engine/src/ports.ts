/**
 * What the engine's services need of each other. A service never opens another's files or tables: it is handed one of
 * these by `create-engine.ts`.
 */

export interface StoredObject {
  readonly key: string;
  readonly versionId: string | undefined;
  /** Without quotes. */
  readonly etag: string;
  readonly sizeBytes: number;
  readonly lastModifiedMs: number;
  /** A plain file holding exactly the object's bytes, never changed after it was written: DuckDB reads it as it is. */
  readonly file: string;
}

/** S3, from the inside. */
export interface Buckets {
  ensureBucket(bucket: string): void;
  /** Durable when the promise resolves. Emits the same notifications as a PutObject from outside. */
  put(bucket: string, key: string, body: Uint8Array): Promise<StoredObject>;
  /** The same, taking over a finished file of the same file system (renamed, fsynced). */
  adopt(bucket: string, key: string, file: string): Promise<StoredObject>;
  head(bucket: string, key: string, versionId?: string): StoredObject | undefined;
  /** Latest versions only, in UTF-8 byte order of the key. */
  list(bucket: string, prefix: string): StoredObject[];
  remove(bucket: string, key: string): Promise<void>;
}

export interface InvocationResult {
  /** JSON text of the result, or of `{errorType, errorMessage, trace}` when `functionError` is set. */
  readonly payload: string;
  readonly functionError?: 'Handled' | 'Unhandled';
  readonly requestId: string;
}

/** Lambda, from the inside. Functions go by name or ARN. */
export interface Functions {
  /** Synchronous: waits for a free instance (reserved concurrency), runs, returns. Rejects only for an unknown function. */
  invoke(functionName: string, payload: unknown): Promise<InvocationResult>;
  /** Asynchronous as the Event invocation type: two retries, then the failure destination. Resolves when it is settled. */
  invokeAsync(functionName: string, payload: unknown): Promise<void>;
}

export interface QueryOutcome {
  readonly queryExecutionId: string;
  readonly state: 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  readonly stateChangeReason?: string;
}

/** Athena, from the inside, for the `athena:startQueryExecution.sync` integration of Step Functions. */
export interface Queries {
  /** Takes StartQueryExecution's input and gives GetQueryExecution's output, once the query has ended. */
  run(startQueryExecutionInput: unknown, roleArn?: string): Promise<{ QueryExecution: Record<string, unknown> } & QueryOutcome>;
}

export interface CatalogueColumn {
  readonly name: string;
  readonly type: string;
}

export interface CatalogueTable {
  readonly database: string;
  readonly name: string;
  /** An S3 URI, without a slash at the end. */
  readonly location: string;
  readonly format: 'glue' | 'iceberg';
  readonly columns: readonly CatalogueColumn[];
}

/** The Glue Data Catalog, from the inside. Everything is durable when the call returns. */
export interface Catalogue {
  /** Creates the database if it is missing. */
  ensureDatabase(name: string): void;
  /** @throws when the table exists. */
  createTable(table: CatalogueTable): void;
  /** Replaces the columns of an existing table. */
  setColumns(database: string, name: string, columns: readonly CatalogueColumn[]): void;
  hasTable(database: string, name: string): boolean;
}

export interface StreamRecord {
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly data: Uint8Array;
  /** What consumers are told. */
  readonly arrivalMs: number;
  /** What retention goes by; never decreases within a shard. */
  readonly storedMs: number;
}

export interface StreamShard {
  readonly shardId: string;
  /** None, one after a split, two after a merge; they may be gone. */
  readonly parentShardIds: readonly string[];
  readonly isOpen: boolean;
}

/** Kinesis, from the inside. Positions are the sequence number of the next record to be read, there already or not. */
export interface Streams {
  /** `id` is never used again, by a new stream of the same name neither. */
  find(streamName: string): { id: number; arn: string; retentionMs: number; shards: readonly StreamShard[] } | undefined;
  /** Undefined when the shard is not there. */
  position(streamName: string, shardId: string, from: 'TRIM_HORIZON' | 'LATEST' | { readonly atMs: number }): string | undefined;
  /** At least one record when there is one; `isAtEnd` when the shard is closed and nothing comes after. */
  read(
    streamName: string,
    shardId: string,
    from: string,
    limits: { readonly records: number; readonly bytes: number },
  ): { records: readonly StreamRecord[]; next: string; isAtEnd: boolean } | undefined;
  /** Called when records or shards have come, or a stream has gone; returns how to stop it. */
  onChange(listener: (streamName: string) => void): () => void;
}
