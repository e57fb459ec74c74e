import type { FeatureDefinition, OfflineStoreConfig, OnlineStoreConfig, Tag, ThroughputConfig } from '@aws-sdk/client-sagemaker';

export interface TtlDuration {
  readonly Unit?: string | undefined;
  readonly Value?: number | undefined;
}

/** A feature group as it is kept: what was asked for, plus what the service decided. Times are the engine's. */
export interface FeatureGroup {
  readonly id: number;
  readonly name: string;
  readonly arn: string;
  readonly recordIdentifierName: string;
  readonly eventTimeName: string;
  readonly definitions: readonly FeatureDefinition[];
  /** For each definition the time from which the data plane knows it. */
  readonly definitionKnownFromMs: readonly number[];
  /** Present when the online store is enabled. */
  readonly online?: OnlineStoreConfig;
  readonly offline?: OfflineStoreConfig;
  /** Default TTLs with the time from which the data plane uses them; the last one is what Describe shows. */
  readonly defaultTtls: readonly { readonly fromMs: number; readonly ttl: TtlDuration | undefined }[];
  readonly throughput?: ThroughputConfig;
  readonly roleArn?: string;
  readonly description?: string;
  readonly tags: readonly Tag[];
  readonly createdMs: number;
  readonly modifiedMs: number;
  /** From then on the status is Created. */
  readonly readyMs: number;
  readonly failureReason?: string;
  /** Whether the Glue table is the service's own, so that it follows feature additions. */
  readonly ownsTable: boolean;
  /** From then on LastUpdateStatus is Successful. */
  readonly updateReadyMs?: number;
  /** Kept until its last replication entries have reached S3. */
  readonly deleted: boolean;
}

export function statusOf(group: FeatureGroup, nowMs: number): 'Creating' | 'Created' | 'CreateFailed' {
  if (nowMs < group.readyMs) return 'Creating';
  return group.failureReason === undefined ? 'Created' : 'CreateFailed';
}
