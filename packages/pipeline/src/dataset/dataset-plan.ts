/** What the steps of a data set leave for one another under `dataset-work/{id}/` in the work bucket and the ledger. */
import type { ObjectRef } from '../ports/object-store.ts';
import type { DatasetRequest } from './dataset-request.ts';

export type OutputType = 'STRING' | 'INT64' | 'DOUBLE' | 'BOOLEAN' | 'TIMESTAMP';

export interface LabelColumn {
  readonly name: string;
  readonly type: OutputType;
}

/** The labels as `prepare` rewrote them: one Parquet file a range, each row with its global ordinal `label_row`. */
export interface PreparedLabels {
  readonly request: DatasetRequest;
  readonly rows: number;
  readonly rangeRows: number;
  readonly ranges: readonly { readonly index: number; readonly rows: number }[];
  readonly columns: readonly LabelColumn[];
  /** Columns of the rewritten labels that hold canonical entity keys; at `i` stands `key_i`. */
  readonly keyColumns: readonly (readonly string[])[];
  /** In units of `unit`. */
  readonly earliest: string;
  readonly latest: string;
  readonly objects: readonly (ObjectRef & { readonly etag: string; readonly sizeBytes: number })[];
}

/** What `prepare-dataset` answers to the machine. */
export interface PreparedDataset {
  readonly ledger: string;
  readonly queryString: string;
  readonly resultLocation: string;
  readonly rangeListKey: string;
  readonly rows: number;
  readonly estimatedScanBytes: number;
}

/** The state that the machine hands from step to step. */
export interface DatasetState {
  readonly id: string;
  /** ISO-8601, when the execution started: the date of everything the data set leaves in the ledger. */
  readonly startedAt: string;
  readonly attempt: number;
  readonly request: DatasetRequest;
  readonly prepared?: { readonly value: PreparedDataset };
  readonly query?: { readonly id: string; readonly statistics: Readonly<Record<string, unknown>> };
  readonly verified?: { readonly value: VerifiedDataset };
}

/** What the distributed Map hands to `finish-dataset`. */
export interface DatasetRange extends Pick<DatasetState, 'id' | 'attempt'> {
  readonly index: number;
}

export interface RangeResult {
  readonly index: number;
  readonly key: string;
  readonly sizeBytes: number;
  readonly rows: number;
  readonly firstRow: number;
  readonly lastRow: number;
  /** Values whose event time is not before (or at) the label time. Anything but 0 fails the data set. */
  readonly futureValues: number;
  /** Feature → rows that have a value. */
  readonly present: Readonly<Record<string, number>>;
  /** Join → rows in each state. */
  readonly states: Readonly<Record<string, { readonly value: number; readonly missing: number; readonly expired: number }>>;
  /** Rows of history that only the last resort could order. */
  readonly ties: number;
  /** Digests of the range's blocks, see content-hash.ts. */
  readonly blocks: readonly string[];
}

export interface VerifiedDataset {
  readonly rows: number;
  readonly futureValues: number;
  readonly ties: number;
  readonly coverage: Readonly<Record<string, number>>;
  readonly states: RangeResult['states'];
  readonly contentHash: string;
  readonly files: readonly { readonly key: string; readonly rows: number; readonly sizeBytes: number }[];
}

const fileNumber = (index: number) => String(index).padStart(5, '0');

/** Prefixes in the work bucket, which expires by itself. */
export const workKeys = {
  all: (id: string) => `dataset-work/${id}/`,
  labels: (id: string) => `dataset-work/${id}/labels/`,
  labelRange: (id: string, index: number) => `dataset-work/${id}/labels/range-${fileNumber(index)}.parquet`,
  labelCopy: (id: string, object: number, part: number) =>
    `dataset-work/${id}/label-copies/${fileNumber(object)}-${fileNumber(part)}`,
  prepared: (id: string) => `dataset-work/${id}/prepared.json`,
  joined: (id: string, attempt: number) => `dataset-work/${id}/joined-${attempt}/`,
  results: (id: string) => `dataset-work/${id}/query-results/`,
  rangeResults: (id: string) => `dataset-work/${id}/ranges/`,
  rangeResult: (id: string, index: number) => `dataset-work/${id}/ranges/${fileNumber(index)}.json`,
} as const;

/** Keys in the data-set bucket. */
export const datasetKeys = {
  part: (id: string, index: number) => `datasets/${id}/part-${fileNumber(index)}.parquet`,
  manifest: (id: string) => `datasets/${id}/_manifest.json`,
} as const;

/** Glue table of the rewritten labels. Table names have no hyphens. */
export const labelTableOf = (id: string): string => `labels_${id.toLowerCase().replace(/[^a-z0-9]/g, '_')}`;
