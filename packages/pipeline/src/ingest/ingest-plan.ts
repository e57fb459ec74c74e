/** What an ingest writes to the ledger along its way; together they are the evidence behind the receipt. */
import type { Refusal } from '@tidemark/domain';
import type { FilePlan } from '../files/plan-file.ts';
import type { EventHours } from './event-hours.ts';

/** What starts an ingest: one version of one object, and which time it is tried. */
export interface IngestRequest {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string | undefined;
  /** 0 when the event started it; raised by a person who wants it done again. */
  readonly attempt: number;
}

export interface IngestPlan {
  readonly ingestId: string;
  readonly date: string;
  readonly request: IngestRequest;
  readonly source: string;
  readonly group: string;
  readonly groupName: string;
  /** Changes whenever the columns, the features or the mapping do. */
  readonly definitionHash: string;
  readonly etag: string;
  readonly file: FilePlan;
}

/** What `plan-ingest` answers to the machine. */
export interface PlannedIngest {
  readonly outcome: 'planned' | 'refused' | 'unchanged';
  readonly ingestId: string;
  readonly date: string;
  /** ISO-8601, when the object was written; undefined for one that has vanished. */
  readonly uploadedAt?: string | undefined;
  readonly request: IngestRequest;
  readonly ledger: string;
  readonly planKey: string;
  readonly chunkListKey: string;
  readonly refusal?: Refusal;
}

export interface ChunkResult {
  readonly index: number;
  readonly rows: number;
  readonly accepted: number;
  readonly quarantined: number;
  /** Records sent to both stores; the rest of the accepted ones went to the offline store only. */
  readonly online: number;
  readonly reasons: Readonly<Record<string, number>>;
  /** Accepted rows by hour of event time; undefined for a file over too many. */
  readonly hours?: EventHours | undefined;
  readonly quarantineKey: string | undefined;
}

export interface Receipt {
  readonly ingestId: string;
  readonly status: 'sealed' | 'refused' | 'unchanged';
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
  readonly attempt: number;
  readonly source: string;
  readonly group: string;
  readonly groupName: string;
  readonly etag: string;
  readonly sizeBytes: number;
  /** Of the stored bytes, hex; undefined for a file that was refused before it was read to its end. */
  readonly sha256: string | undefined;
  readonly definitionHash: string;
  /** read = accepted + quarantined, always. */
  readonly rows: { readonly read: number; readonly accepted: number; readonly quarantined: number };
  readonly writes: { readonly online: number; readonly offlineOnly: number };
  readonly chunks: number;
  readonly reasons: Readonly<Record<string, number>>;
  /** Accepted rows by hour of event time; undefined for a file over too many. */
  readonly hours?: EventHours | undefined;
  readonly quarantineKeys: readonly string[];
  /** Why the whole file was refused. */
  readonly refusal: Refusal | undefined;
  /** The receipt that sealed the same content, for `unchanged`. */
  readonly previousReceipt: string | undefined;
  /** When the object was written; undefined for one that has vanished. */
  readonly uploadedAt?: string | undefined;
  readonly sealedAt: string;
}

/** The last content sealed, or refused, for an object key. */
export interface SealedContent {
  readonly etag: string;
  readonly sizeBytes: number;
  readonly sha256: string | undefined;
  readonly definitionHash: string;
  readonly receiptKey: string;
}

/** One line of a quarantine object. `raw` holds the refused bytes in base64, for repair; nothing else repeats a value. */
export interface QuarantineLine {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
  /** 1-based; 0 where the format has no lines or the whole file was refused. */
  readonly line: number;
  /** 0-based ordinal among the rows; −1 for a whole file. */
  readonly row: number;
  readonly code: string;
  readonly field: string | undefined;
  readonly message: string;
  readonly raw: string | undefined;
}
