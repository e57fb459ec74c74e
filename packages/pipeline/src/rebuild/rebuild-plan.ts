/** What the steps of machine `rebuild-windows` hand to one another, and leave under `rebuild-work/{id}/` in the work bucket. */
import type { PauseOwner } from './pause-stream.ts';

export const REBUILD_MACHINE = 'rebuild-windows';

export interface RebuildRequest {
  /** Logical name. */
  readonly stream: string;
  /** `redrive` also takes up what finally failed, and touches only the entities of that. */
  readonly mode: 'rebuild' | 'redrive';
  /** Canonical entity keys as a JSON array, in the work bucket; left out: all. Not for `redrive`. */
  readonly entitiesKey?: string;
  /** Only this windowed group; left out: all of the stream. */
  readonly group?: string;
  /** Only entities with events in `[from, to)`, ISO-8601 UTC. Not for `redrive`. */
  readonly eventTimes?: { readonly from: string; readonly to: string };
  /** Whether a state that comes out as it was is not written again. */
  readonly onlyChanged?: boolean;
  /** Whether states may forget events that the history does not have. */
  readonly force?: boolean;
}

export interface RebuildState {
  /** Name of the execution. */
  readonly id: string;
  readonly startedAt: string;
  readonly attempt: number;
  readonly request: RebuildRequest;
  readonly paused?: { readonly value: { readonly pausedAtMs: number; readonly settledAt: string } };
  readonly plan?: { readonly value: RebuildPlan };
  readonly failure?: unknown;
}

export interface RebuildPlan {
  /** Windowed groups of the stream that have something to do. */
  readonly groups: readonly PlannedGroup[];
}

export interface PlannedGroup {
  readonly group: string;
  readonly queryString: string;
  readonly resultLocation: string;
  readonly workBucket: string;
  /** Of {@link BucketItem}s. */
  readonly bucketListKey: string;
}

export interface BucketItem {
  readonly index: number;
}

/** What the distributed Map hands to `rebuild-bucket`. */
export interface RebuildBucket {
  readonly id: string;
  readonly attempt: number;
  readonly group: string;
  readonly index: number;
  readonly pausedAtMs: number;
  readonly request: RebuildRequest;
}

export interface BucketResult {
  readonly index: number;
  /** Whose state was written. */
  readonly entities: number;
  /** Of those, whose state held something else before, or could not be read. */
  readonly changed: number;
  /** Rows of the history that they were made from. */
  readonly rows: number;
  /** Events that stored states counted and the history does not have: those states are as they were. */
  readonly missing: number;
  /** Of redriven events. */
  readonly accepted: number;
  readonly duplicates: number;
  /** Refused events by code; they are in quarantine. */
  readonly refused: Readonly<Record<string, number>>;
}

/** The evidence of a rebuild or redrive. */
export interface RebuildReceipt {
  readonly id: string;
  readonly mode: RebuildRequest['mode'];
  readonly stream: string;
  readonly startedAt: string;
  readonly sealedAt: string;
  readonly groups: Readonly<Record<string, Omit<BucketResult, 'index'>>>;
  readonly failures: FailureCounts | undefined;
}

export interface FailureCounts {
  /** Invocation records that were taken up and are gone now. */
  readonly objects: readonly string[];
  /** Those that wait for the next redrive. */
  readonly left: number;
  /** The earliest arrival of a record in them; undefined where there are none. */
  readonly arrivedFromMs: number | undefined;
  /** Records of the stream in them. */
  readonly records: number;
  /** Events for windows; one record may be several. */
  readonly windowed: number;
  /** Written as records of direct groups. */
  readonly direct: number;
  /** Refused before they came to a group, by code. */
  readonly refused: Readonly<Record<string, number>>;
}

export const ownerOf = ({ id }: Pick<RebuildState, 'id'>): PauseOwner => ({ machine: REBUILD_MACHINE, execution: id });

const bucketName = (index: number) => String(index).padStart(3, '0');

export const rebuildKeys = {
  all: (id: string) => `rebuild-work/${id}/`,
  rows: (id: string, group: string, attempt: number) => `rebuild-work/${id}/${group}/rows-${attempt}/`,
  queryResults: (id: string) => `rebuild-work/${id}/query-results/`,
  buckets: (id: string, group: string) => `rebuild-work/${id}/${group}/buckets.json`,
  chosen: (id: string, group: string) => `rebuild-work/${id}/${group}/chosen-buckets.json`,
  allRecords: (id: string, group: string) => `rebuild-work/${id}/${group}/records/`,
  /** Redriven records of one bucket, as JSON lines. */
  records: (id: string, group: string, index: number) => `rebuild-work/${id}/${group}/records/${bucketName(index)}.jsonl`,
  failures: (id: string) => `rebuild-work/${id}/failures.json`,
  results: (id: string, group: string) => `rebuild-work/${id}/${group}/results/`,
  result: (id: string, group: string, index: number) => `rebuild-work/${id}/${group}/results/${bucketName(index)}.json`,
} as const;
