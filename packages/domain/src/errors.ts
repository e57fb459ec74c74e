/**
 * Every code that Tidemark can answer with, in one table. `docs/errors.md` is printed from it, a test holds the table,
 * the page and the codes thrown in the source together.
 *
 * fault: whose mistake it is. `caller`: the request or the data; `us`: a defect; `dependency`: a service we call.
 */
export type Fault = 'caller' | 'us' | 'dependency';

export interface ErrorKind {
  readonly fault: Fault;
  readonly retryable: boolean;
  /** What an HTTP answer carries; rows and files are refused under the same codes without one being sent. */
  readonly status: number;
  readonly meaning: string;
}

const caller = (status: number, meaning: string): ErrorKind => ({ fault: 'caller', retryable: false, status, meaning });
const dependency = (status: number, meaning: string): ErrorKind => ({ fault: 'dependency', retryable: true, status, meaning });
const us = (meaning: string): ErrorKind => ({ fault: 'us', retryable: false, status: 500, meaning });

export const errorRegistry = {
  // Definitions: found when they are loaded, before anything runs.
  DEFINITION_INVALID: caller(422, 'A group, view or source is declared in a way that cannot work.'),
  DEFINITION_INCOMPATIBLE: caller(409, 'A change of a definition would need a new group: features are never removed or retyped.'),

  // Rows: why one row of a file waits in quarantine.
  ROW_UNDECODABLE: caller(422, 'The bytes of the row are not valid UTF-8.'),
  ROW_NOT_JSON: caller(422, 'The line is not one JSON object.'),
  ROW_NOT_CSV: caller(422, 'The quotes of the row do not follow RFC 4180.'),
  ROW_TOO_FEW_COLUMNS: caller(422, 'The row has fewer fields than the header names.'),
  ROW_UNKNOWN_COLUMN: caller(422, 'The row has a field that the source does not declare.'),
  ROW_KEY_MISSING: caller(422, 'A part of the entity key is absent or empty.'),
  ROW_KEY_TOO_LONG: caller(422, 'The entity key is longer than 2,048 bytes.'),
  ROW_EVENT_TIME_MISSING: caller(422, 'The event time is absent or empty.'),
  ROW_EVENT_TIME_MALFORMED: caller(422, 'The event time is not UTC ISO-8601 such as 2026-01-31T09:00:00Z.'),
  ROW_EVENT_TIME_TOO_FINE: caller(422, 'The event time is finer than the precision that the group declares.'),
  ROW_WRONG_TYPE: caller(422, 'The value is not of the declared type.'),
  ROW_NOT_A_NUMBER: caller(422, 'The value is NaN or infinite; leave the field out where there is no value.'),
  ROW_OUT_OF_RANGE: caller(422, 'The number does not fit the declared type.'),
  ROW_COLLECTION_INVALID: caller(422, 'A list, set or vector has an element or a length that its type does not allow.'),
  ROW_TOO_LARGE: caller(422, 'The record would be larger than 350 KB.'),
  ROW_UNKNOWN_FEATURE: caller(422, 'The mapping returned a feature that the group does not have.'),
  ROW_MAPPING_FAILED: caller(422, 'The mapping function of the source threw.'),

  // Events: why one event of a stream waits in quarantine.
  EVENT_ID_MISSING: caller(422, 'The event has no id, or one that is not well-formed text.'),
  EVENT_ID_CONFLICT: caller(409, 'An event of the same id with another time or other values was accepted before.'),
  EVENT_LATE: caller(422, 'The event arrived later after its event time than its group allows.'),
  EVENT_FUTURE: caller(422, 'The event time lies further after the arrival than its group tolerates.'),
  EVENT_TOO_LARGE: caller(422, 'The record of the stream is larger than 1 MB.'),
  EVENT_UNKNOWN_TYPE: caller(422, 'No source of the stream takes the event.'),
  EVENT_KEY_MISMATCH: caller(422, 'The partition key of the record is not the entity key of its event.'),
  EVENT_BOUND_EXCEEDED: caller(422, 'The event would take its entity beyond a bound that its group declares.'),
  EVENT_DELIVERED_TOO_LATE: caller(
    422,
    'The stream delivered the event from further back than its group declares: whether it was counted, only the event history tells.',
  ),

  // Windows.
  WINDOW_STATE_INCOMPATIBLE: us(
    'The state of a window was written by another definition of its group: rebuild it from the event history.',
  ),
  WINDOW_STATE_UNREADABLE: us('The state of a window is not of the form that is written: rebuild it from the event history.'),

  WINDOW_HISTORY_BEHIND: dependency(
    503,
    'States of windows counted events that the event history does not have yet: they are made again only when it has.',
  ),

  // Streams.
  STREAM_UNKNOWN: caller(404, 'The definitions have no stream of that name.'),
  FAILURE_UNREADABLE: caller(422, 'An object of the failure destination is no invocation record of a stream with its payload.'),
  STREAM_BUSY: caller(409, 'Somebody else has paused the stream: wait until that has ended.'),
  STREAM_NOT_PAUSED: dependency(503, 'A batch of the stream is still with its function.'),
  REBUILD_INCOMPLETE: us('The buckets of a rebuild or the events of a redrive do not add up.'),

  // Files: why a whole file waits in quarantine.
  FILE_EMPTY: caller(422, 'The file has no bytes or no rows.'),
  FILE_TRUNCATED: caller(422, 'The file ends in the middle of its compression or its Parquet footer.'),
  FILE_UNKNOWN_FORMAT: caller(422, 'The name ends in none of .csv, .jsonl, .ndjson, .json, their .gz forms, or .parquet.'),
  FILE_UNKNOWN_COLUMN: caller(422, 'The header names a column that the source does not declare.'),
  FILE_UNDECODABLE: caller(422, 'The header of the file cannot be read.'),
  FILE_UNROUTABLE: caller(422, 'No source is declared for this prefix.'),
  FILE_ROW_TOO_LONG: caller(422, 'A row is longer than a chunk may be, most often a quote that is never closed.'),
  FILE_VANISHED: caller(404, 'The object was deleted before it could be read.'),

  // Ingest.
  INGEST_WRITE_FAILED: dependency(503, 'The feature store did not take records that passed validation.'),
  INGEST_INCOMPLETE: us('The chunk results do not add up to the plan.'),

  // Serving.
  VIEW_UNKNOWN: caller(404, 'No view of that name is defined.'),
  REQUEST_MALFORMED: caller(400, 'The request is not of the documented form.'),
  REQUEST_KEY_MISSING: caller(400, 'A row of the request lacks a part of the entity key.'),
  REQUEST_KEY_UNKNOWN: caller(400, 'A row of the request names a key that the view does not have.'),
  REQUEST_KEY_WRONG_TYPE: caller(400, 'A key of the request has the wrong type.'),
  REQUEST_SENSITIVE_KEY: caller(405, 'The view is over a sensitive entity: send its keys in the body of a POST.'),
  REQUEST_TOO_MANY_ROWS: caller(413, 'A request may hold at most 500 rows.'),
  REQUEST_TOO_LARGE: caller(413, 'The answer would be larger than 5 MB.'),
  FEATURE_UNKNOWN: caller(400, 'The request names a feature that the view does not have.'),
  SERVE_DEADLINE: dependency(504, 'The feature store did not answer within the deadline.'),
  SERVE_UNAVAILABLE: dependency(503, 'The feature store could not be read.'),

  // Data sets.
  PIT_LABELS_NOT_FOUND: caller(404, 'There is no object under the labels location.'),
  PIT_LABELS_UNREADABLE: caller(422, 'The labels cannot be read as the format that their name says.'),
  PIT_LABEL_TIME_MISSING: caller(422, 'The labels have no column of the name given as label time, or a label has none.'),
  PIT_LABEL_TIME_MALFORMED: caller(422, 'A label time is not UTC ISO-8601.'),
  PIT_LABEL_TIME_TOO_FINE: caller(422, 'A label time is finer than milliseconds.'),
  PIT_LABEL_COLUMN_MISSING: caller(422, 'The labels lack a column that holds a part of the entity key.'),
  PIT_LABEL_COLUMN_CLASH: caller(422, 'A label column has the name of a feature of the view, or a name occurs twice.'),
  PIT_LABELS_EMPTY: caller(422, 'The labels have no rows.'),
  PIT_SCAN_TOO_LARGE: caller(413, 'The estimated scan is beyond the limit of the request.'),
  PIT_OPTION_INVALID: caller(400, 'An option of the data set has a value that does not exist.'),
  PIT_ROWS_LOST: us('The data set does not hold exactly one row for each label, in the order of the labels.'),
  PIT_FUTURE_VALUE: us('A row of the data set holds a value from after its label time.'),

  // Snapshots and restores.
  SNAPSHOT_OPTION_INVALID: caller(400, 'An option of the snapshot or of the restore has a value that cannot be.'),
  SNAPSHOT_UNKNOWN: caller(404, 'There is no snapshot under that name.'),
  SNAPSHOT_INCOMPATIBLE: caller(409, 'A group of the snapshot is no longer as it was: a feature was retyped or removed.'),
  SNAPSHOT_DAMAGED: us('The files of a snapshot do not hold what its manifest says.'),
  RESTORE_INCOMPLETE: us('The results of a restore do not add up to its snapshot.'),
  RESTORE_WINDOWS_FAILED: dependency(503, 'The windows of a stream could not be made again from its event history.'),
  RESTORE_UNEQUAL: dependency(503, 'Records that a restore wrote and read back were not as they should be.'),
  // Monitor.
  MONITOR_SCAN_TOO_LARGE: caller(413, 'The history that a comparison would read is beyond its limit.'),
  // Backfill.
  BACKFILL_OVERLAP: caller(409, 'Another execution backfills the group at the moment.'),
  BACKFILL_REQUEST_INVALID: caller(400, 'A backfill takes a scheduled time alone, or a group and a range of event times.'),
  BACKFILL_NOT_POSSIBLE: caller(422, 'The group has no raw files or no history to go through again.'),
  BACKFILL_WINDOWS_FAILED: dependency(503, 'The windows of a group could not be made again from their event history.'),
  BACKFILL_INCOMPLETE: us('The results of a backfill do not add up to the rows that it read.'),

  // Catalogue and dependencies.
  CATALOGUE_MISSING: caller(409, 'Nothing has been applied yet: run `tidemark apply`.'),
  CATALOGUE_CONFLICT: caller(409, 'Somebody else changed the catalogue at the same time: run the command again.'),
  GROUP_UNKNOWN: caller(404, 'No group of that name is in the catalogue.'),
  RECEIPT_UNKNOWN: caller(404, 'There is no receipt under that name.'),
  MANIFEST_UNKNOWN: caller(404, 'There is no manifest under that name.'),
  CONFIGURATION_INVALID: us('An environment variable of a function is missing or malformed.'),
  DEPENDENCY_FAILED: dependency(503, 'A service that Tidemark calls answered with an error.'),
  INTERNAL: us('A defect: the request id leads to the log.'),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorRegistry;
/** The codes under which a row, a file or an event is refused. */
export type RefusalCode = Extract<ErrorCode, `ROW_${string}` | `FILE_${string}` | `EVENT_${string}`>;

/** An error with a code of the registry. The message says what, which and what to do; never a feature value or a key. */
export class TidemarkError extends Error {
  readonly code: ErrorCode;
  /** The field, column or feature that it is about. */
  readonly field: string | undefined;

  constructor(code: ErrorCode, message: string, options: { field?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    // Lambda reports `name` as errorType and Step Functions matches Retry and Catch on it.
    this.name = code;
    this.code = code;
    this.field = options.field;
  }

  get kind(): ErrorKind {
    return errorRegistry[this.code];
  }
}

/** Why something was not taken: what a pure function returns where an imperative one would throw. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly field: string | undefined;
  readonly message: string;
}

export const refuse = (code: RefusalCode, message: string, field?: string): Refusal => ({ code, field, message });
