/** What the steps of a backfill hand to one another, and where they leave it. */

import type { Refusal } from '@tidemark/domain';
import type { FilePlan } from '../files/plan-file.ts';

/** What a backfill is started with: the scheduled time alone, or what a person asks for. */
export type BackfillRequest =
  | { readonly scheduledTime: string }
  | {
      readonly group: string;
      /** ISO-8601 UTC; event times in `[from, to)`. */
      readonly from: string;
      readonly to: string;
      /** Everything but the writing. */
      readonly dryRun?: boolean;
    };

/** `arrival`: files that reached the raw bucket from `from` on. `event-time`: rows of `[from, to)` of every file. */
export interface BackfillWindow {
  readonly by: 'arrival' | 'event-time';
  readonly from: string;
  readonly to: string;
}

export interface BackfillFile {
  /** In the order of arrival. */
  readonly index: number;
  readonly source: string;
  readonly key: string;
  /** Empty where the bucket keeps no versions. */
  readonly versionId: string;
  readonly sizeBytes: number;
  readonly lastModifiedMs: number;
}

export interface BackfillPlan {
  readonly id: string;
  readonly startedAt: string;
  readonly group: string;
  readonly groupName: string;
  readonly scheduledTime: string | undefined;
  readonly dryRun: boolean;
  readonly window: BackfillWindow;
  readonly files: number;
  readonly bytes: number;
  /** Source → a hash of all that decides what its rows become. */
  readonly definitionHashes: Readonly<Record<string, string>>;
}

/** One group of one execution: the state that every step gets. */
export interface GroupBackfill {
  readonly id: string;
  readonly startedAt: string;
  readonly group: string;
}

/** What `begin-backfill` answers to the machine. */
export interface BegunBackfill {
  readonly id: string;
  readonly startedAt: string;
  readonly ledger: string;
  readonly groups: readonly (GroupBackfill & {
    /** `empty`: no file belongs to the window. `sealed`: the schedule's time lies before what is sealed already. */
    readonly outcome: 'planned' | 'empty' | 'sealed' | 'windows';
    readonly fileListKey: string;
  })[];
  /** Groups that somebody else backfills at the moment. */
  readonly overlaps: readonly GroupFailure[];
}

export interface GroupFailure {
  readonly group: string;
  readonly failure: { readonly Error: string; readonly Cause: string };
}

/** What `cut-backfill-file` leaves: how the file is read, or why it is not. */
export interface CutFile {
  readonly file: FilePlan | undefined;
  readonly refusal: Refusal | undefined;
  /** Whether the quarantine holds the refused rows of this very file under this definition already. */
  readonly quarantined: boolean;
}

export interface ReadResult {
  readonly rows: number;
  /** Rows whose event time lies outside the window. */
  readonly outside: number;
  readonly quarantined: number;
  readonly candidates: number;
  readonly refusedFiles: number;
  readonly reasons: Readonly<Record<string, number>>;
  /** Of the candidates, in the unit of the comparison; undefined when there are none. */
  readonly earliest: string | undefined;
  readonly latest: string | undefined;
}

/** What `compare-backfill` answers to the machine. */
export interface ComparedBackfill {
  readonly outcome: 'query' | 'nothing';
  readonly ledger: string;
  readonly queryString: string;
  readonly resultLocation: string;
  readonly bucketListKey: string;
  /** From when on the history shows everything that was written before. */
  readonly settledAt: string;
  readonly estimatedScanBytes: number;
}

export interface BucketResult {
  readonly unchanged: number;
  readonly superseded: number;
  readonly absent: number;
  readonly changed: number;
  readonly online: number;
  readonly offlineOnly: number;
  /** Online records that the store would not have replaced by one of the same event time, and that were removed for it. */
  readonly replaced: number;
}

export interface BackfillReceipt {
  readonly id: string;
  readonly status: 'sealed' | 'dry-run';
  readonly group: string;
  readonly groupName: string;
  readonly scheduledTime: string | undefined;
  readonly window: BackfillWindow;
  readonly definitionHashes: BackfillPlan['definitionHashes'];
  readonly files: { readonly read: number; readonly refused: number; readonly bytes: number };
  /** read = outside + quarantined + unchanged + superseded + written, always. `superseded`: a later row has its key and time. */
  readonly rows: {
    readonly read: number;
    readonly outside: number;
    readonly quarantined: number;
    readonly unchanged: number;
    readonly superseded: number;
    readonly written: number;
  };
  /** Of the written rows: what the history did not have, and what it had otherwise. */
  readonly found: { readonly absent: number; readonly changed: number };
  readonly writes: { readonly online: number; readonly offlineOnly: number; readonly replaced: number };
  /** Of a windowed group: entities with events in the range, and those whose state came out otherwise and was written. */
  readonly states?: { readonly entities: number; readonly changed: number };
  readonly reasons: Readonly<Record<string, number>>;
  readonly scannedBytes: number;
  readonly startedAt: string;
  readonly sealedAt: string;
}

/** How far a group's scheduled backfills have come. */
export interface BackfillProgress {
  /** Files that arrived before this have been gone through. */
  readonly sealedTo: string | undefined;
  readonly receiptKey: string | undefined;
  /** The last receipt that says that something was written. */
  readonly writtenReceiptKey: string | undefined;
}

const number = (index: number) => String(index).padStart(5, '0');
const workOf = (id: string, group: string) => `backfill-work/${id}/${group}/`;

/** Prefixes in the work bucket, which expires by itself. */
export const backfillKeys = {
  all: workOf,
  cut: (id: string, group: string, file: number) => `${workOf(id, group)}cuts/${number(file)}.json`,
  copy: (id: string, group: string, file: number, part: number) => `${workOf(id, group)}copies/${number(file)}-${number(part)}`,
  candidates: (id: string, group: string) => `${workOf(id, group)}candidates/`,
  candidatePart: (id: string, group: string, file: number, chunk: number) =>
    `${workOf(id, group)}candidates/${number(file)}-${number(chunk)}.parquet`,
  readResults: (id: string, group: string) => `${workOf(id, group)}read/`,
  readResult: (id: string, group: string, file: number, chunk: number) =>
    `${workOf(id, group)}read/${number(file)}-${number(chunk)}.json`,
  compared: (id: string, group: string, attempt: number) => `${workOf(id, group)}compared-${attempt}/`,
  queryResults: (id: string, group: string) => `${workOf(id, group)}query-results/`,
  bucketResults: (id: string, group: string) => `${workOf(id, group)}buckets/`,
  bucketResult: (id: string, group: string, bucket: number) => `${workOf(id, group)}buckets/${number(bucket)}.json`,
} as const;

/** Glue table of the candidates. Table names have no hyphens. */
export const candidateTableOf = (id: string, group: string): string =>
  `backfill_${id}_${group}`.toLowerCase().replace(/[^a-z0-9]/g, '_');
