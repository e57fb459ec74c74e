/** What the steps of a snapshot leave for one another under `snapshot-work/{id}/` in the work bucket. */
import type { CatalogueEntry, OfflineTable } from '../catalogue/catalogue.ts';

export interface SnapshotRequest {
  /** Logical names. Absent: every group that has both stores. */
  readonly groups?: readonly string[];
  /** ISO-8601 UTC, a whole second. Absent: as late as the offline delay allows. */
  readonly asOf?: string;
  /** Given by the schedule: of several firings at one time the first takes the snapshot. */
  readonly scheduledTime?: string;
}

export interface PlannedGroup {
  readonly group: string;
  readonly groupName: string;
  readonly version: number;
  readonly ttlMs: number | undefined;
  /** Everything that a record holds, in the order of the store. */
  readonly columns: CatalogueEntry['recordFeatures'];
  readonly history: OfflineTable;
  /** What the history's files held when the snapshot was planned. */
  readonly historyBytes: number;
  /** 1, 2, 4 … 64. */
  readonly parts: number;
}

/** A group that a snapshot leaves out, and why. */
export interface UncoveredGroup {
  readonly group: string;
  readonly reason: string;
}

export interface SnapshotPlan {
  readonly id: string;
  /** ISO-8601, when the execution started. */
  readonly startedAt: string;
  /** ISO-8601, a whole second. */
  readonly asOf: string;
  readonly offlineDelaySeconds: number;
  readonly groups: readonly PlannedGroup[];
  readonly notCovered: readonly UncoveredGroup[];
}

/** What `plan-snapshot` answers to the machine. */
export interface PlannedSnapshot {
  /** `taken`: another execution of the same scheduled time has it. */
  readonly outcome: 'planned' | 'taken';
  readonly takenBy?: string;
  readonly asOf: string;
  readonly bucket: string;
  readonly partListKey: string;
  readonly groups: readonly string[];
}

/** One group's query, as the machine hands it from step to step. */
export interface QueriedGroup {
  readonly group: string;
  readonly attempt: number;
  readonly queryId: string;
  readonly statistics: Readonly<Record<string, unknown>>;
}

/** The state that the machine hands from step to step. */
export interface SnapshotState {
  readonly id: string;
  readonly startedAt: string;
  readonly request: SnapshotRequest;
  readonly planned?: { readonly value: PlannedSnapshot };
  readonly queried?: readonly QueriedGroup[];
}

export interface SnapshotFile {
  readonly key: string;
  readonly sizeBytes: number;
}

/** A part of a group as it lies in the bucket. */
export interface SnapshotPart {
  readonly part: number;
  readonly rows: number;
  readonly files: readonly SnapshotFile[];
  /** Cell → digest of its rows, see row-digests.ts. */
  readonly digests: Readonly<Record<string, string>>;
}

const number = (index: number) => String(index).padStart(2, '0');

/** Keys in the work bucket, which expires by itself. */
export const snapshotWorkKeys = {
  all: (id: string) => `snapshot-work/${id}/`,
  plan: (id: string) => `snapshot-work/${id}/plan.json`,
  partList: (id: string) => `snapshot-work/${id}/parts.json`,
  part: (id: string, group: string, part: number) => `snapshot-work/${id}/parts/${group}/${number(part)}.json`,
  results: (id: string) => `snapshot-work/${id}/query-results/`,
} as const;

/** Keys in the snapshots' bucket. A failed query leaves files behind, so each attempt has a prefix of its own. */
export const snapshotKeys = {
  all: (id: string) => `snapshots/${id}/`,
  manifest: (id: string) => `snapshots/${id}/_manifest.json`,
  group: (id: string, group: string) => `snapshots/${id}/${group}/`,
  attempt: (id: string, group: string, attempt: number) => `snapshots/${id}/${group}/attempt-${attempt}/`,
} as const;
