import type { FeatureRecord, WireValue } from '@tidemark/domain';

export interface WriteEntry {
  /** Physical name. */
  readonly groupName: string;
  readonly record: FeatureRecord;
  /** `offline`: history only, the online store is not touched. */
  readonly stores: 'both' | 'offline' | 'online';
}

export interface WriteOutcome {
  /** Entries the service asks to be sent again. */
  readonly unprocessed: readonly WriteEntry[];
  /** Entries the service refused, with its own code. Its message is not kept: it may quote a value. */
  readonly refused: readonly { readonly entry: WriteEntry; readonly code: string }[];
}

/** How many entries one call may hold. */
export const MOST_WRITES_A_CALL = 25;
/** How many records one read call may ask for, over all groups. */
export const MOST_READS_A_CALL = 100;

export interface FeatureWriter {
  /** One call, at most {@link MOST_WRITES_A_CALL} entries. Throws DEPENDENCY_FAILED when the call as a whole fails. */
  write(entries: readonly WriteEntry[]): Promise<WriteOutcome>;
}

export interface ReadRequest {
  readonly groupName: string;
  readonly entityKeys: readonly string[];
  readonly features: readonly string[];
}

export interface OnlineRecord {
  readonly groupName: string;
  readonly entityKey: string;
  readonly values: ReadonlyMap<string, WireValue>;
  /** When the store will hide it, as it says. */
  readonly expiresAt: string | undefined;
}

export interface ReadOutcome {
  readonly records: readonly OnlineRecord[];
  readonly unprocessed: readonly ReadRequest[];
  readonly refused: readonly { readonly groupName: string; readonly entityKey: string; readonly code: string }[];
}

export interface FeatureReader {
  /** One call, at most {@link MOST_READS_A_CALL} records. Records that do not exist are in none of the lists. */
  read(requests: readonly ReadRequest[]): Promise<ReadOutcome>;
}

export interface OnlineEraser {
  /** Takes a record out of the online store whatever its event time, so that an older one can be put. The history is not touched. */
  erase(groupName: string, entityKey: string): Promise<void>;
}

export interface RecordLister {
  /** A page of the entity keys that have a live record, in an order that the store chooses; `next` leads to the one after. */
  list(
    groupName: string,
    from: string | undefined,
  ): Promise<{ readonly entityKeys: readonly string[]; readonly next: string | undefined }>;
}

export interface RecordRemover {
  /**
   * Takes a record out of the online store, without a trace in either store, if its event time is before the one given.
   * `newer`: it is not, and stays.
   */
  removeOnline(groupName: string, entityKey: string, before: string): Promise<'removed' | 'newer'>;
}
