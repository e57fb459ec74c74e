/** What a restore writes to the ledger along its way; together they are the evidence behind its receipt. */
import type { CatalogueEntry } from '../catalogue/catalogue.ts';
import type { ExecutionStatus } from '../ports/executions.ts';
import type { SnapshotPart } from '../snapshot/snapshot-plan.ts';

export interface RestoreRequest {
  /** Id of the snapshot. */
  readonly snapshot: string;
  /** Logical names; absent: every group of the snapshot, and every windowed one. */
  readonly groups?: readonly string[];
  /** Write into the groups whose names end in `-{into}` instead; they must exist. */
  readonly into?: string;
  /** Take newer online values back as well: hard delete, then put. */
  readonly exact?: boolean;
}

export interface RestoreGroup {
  readonly group: string;
  /** Physical name of the group that is written to. */
  readonly target: string;
  readonly columns: CatalogueEntry['recordFeatures'];
  /** The time to live that records get when they are written now. */
  readonly ttlMs: number | undefined;
  readonly rows: number;
  readonly contentHash: string;
}

export interface RestorePlan {
  readonly id: string;
  readonly date: string;
  readonly startedAt: string;
  readonly request: RestoreRequest;
  readonly asOf: string;
  readonly groups: readonly RestoreGroup[];
  readonly parts: readonly (SnapshotPart & { readonly group: string })[];
  /** Logical names: the windows fed by these are made again from the event history. */
  readonly streams: readonly string[];
}

/** The state that the machine hands from step to step. */
export interface RestoreState {
  readonly id: string;
  readonly startedAt: string;
  readonly request: RestoreRequest;
}

/** What `plan-restore` answers to the machine. */
export interface PlannedRestore {
  readonly id: string;
  readonly ledger: string;
  readonly planKey: string;
  readonly partListKey: string;
}

/** A stream whose window states were made again, by this execution of `rebuild-windows`; its receipt says the rest. */
export interface RebuiltStream {
  readonly stream: string;
  readonly execution: string;
  readonly status: ExecutionStatus;
}

/**
 * What became of the rows of a part. All but `written` add up to `rows`:
 *
 *   equal    read back as in the snapshot
 *   newer    the online store holds a version that is as new or newer; left as it is
 *   expired  its time to live has passed since; not written
 *   hidden   taken by the store, and not readable: deleted later than the snapshot; `exact` brings it back
 *   unequal  anything else
 */
export interface RestoreCounts {
  readonly rows: number;
  readonly written: number;
  readonly equal: number;
  readonly newer: number;
  readonly expired: number;
  readonly hidden: number;
  readonly unequal: number;
}

export interface RestoreResult extends RestoreCounts {
  readonly index: number;
  readonly group: string;
  /** Cell → digest of the rows that were read back as equal. */
  readonly digests: Readonly<Record<string, string>>;
}

export interface RestoreReceipt {
  readonly id: string;
  readonly snapshot: string;
  readonly asOf: string;
  readonly exact: boolean;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly counts: RestoreCounts;
  readonly groups: readonly (RestoreCounts & {
    readonly group: string;
    readonly target: string;
    /** Of the records read back; that of the snapshot where all are equal. */
    readonly contentHash: string;
    readonly snapshotHash: string;
  })[];
  readonly windows: readonly RebuiltStream[];
}
