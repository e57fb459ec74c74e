/**
 * How kind the engine is. `default` is a quick and orderly AWS; `harsh` does whatever the documents allow the real one
 * to do. A flow that is right is right under both.
 */
export interface EngineSettings {
  /** The documents conflict on a put whose event time equals the stored one. */
  readonly equalEventTime: 'overwrite' | 'ignore';
  /** The real service has been seen to keep whole seconds. */
  readonly invocationTimePrecision: 'millisecond' | 'second';
  /** A replication entry reaches S3 after a time in this range, in the engine's time. */
  readonly offlineDelayMs: readonly [least: number, most: number];
  /** When no entry has come for so long, all that wait are brought to S3. Infinity: each waits its own time in any case. */
  readonly offlineQuietMs: number;
  /** Into how many Parquet files one flush of one event-time hour is split. */
  readonly offlineFilesPerHour: number;
  /** Share of replication entries written to the offline store twice. */
  readonly offlineDuplicateShare: number;
  /** How many files UNLOAD writes, in an order of its own. */
  readonly unloadFiles: number;
  /** Share of S3 events delivered twice, and the range of their delay in the engine's time. */
  readonly objectEventDuplicateShare: number;
  readonly objectEventDelayMs: readonly [least: number, most: number];
  /** For how long the data plane goes on with a group's old schema after UpdateFeatureGroup. */
  readonly schemaCacheMs: number;
  /** Share of the entries of a BatchGetRecord or BatchWriteRecord that come back unprocessed. */
  readonly unprocessedShare: number;
  /** Whether BatchGetRecord answers in an order of its own. */
  readonly shuffleBatchAnswers: boolean;
  /** Share of the firings of a schedule that happen twice. */
  readonly scheduleDuplicateShare: number;
  /** Share of the batches of a stream that a function took and that come to it again, as if the checkpoint had been lost. */
  readonly streamRedeliverShare: number;
  /** A stream record's arrival timestamp lies up to this much before it was stored, so that timestamps go back and forth. */
  readonly streamArrivalJitterMs: number;
  /** Share of the records of a PutRecords that are refused with ProvisionedThroughputExceededException. */
  readonly streamThrottleShare: number;
  /** Share of the deliveries of a log subscription that happen twice. */
  readonly logRedeliverShare: number;
}

export type ProfileName = 'default' | 'harsh';

const minutes = (count: number) => count * 60_000;

export const profiles: Readonly<Record<ProfileName, EngineSettings>> = {
  default: {
    equalEventTime: 'overwrite',
    invocationTimePrecision: 'millisecond',
    offlineDelayMs: [200, 5_000],
    offlineQuietMs: 250,
    offlineFilesPerHour: 1,
    offlineDuplicateShare: 0,
    unloadFiles: 4,
    objectEventDuplicateShare: 0,
    objectEventDelayMs: [0, 0],
    schemaCacheMs: 0,
    unprocessedShare: 0,
    shuffleBatchAnswers: true,
    scheduleDuplicateShare: 0,
    streamRedeliverShare: 0,
    streamArrivalJitterMs: 0,
    streamThrottleShare: 0,
    logRedeliverShare: 0,
  },
  harsh: {
    equalEventTime: 'ignore',
    invocationTimePrecision: 'second',
    offlineDelayMs: [minutes(1), minutes(20)],
    offlineQuietMs: Number.POSITIVE_INFINITY,
    offlineFilesPerHour: 3,
    offlineDuplicateShare: 0.05,
    unloadFiles: 9,
    objectEventDuplicateShare: 0.5,
    objectEventDelayMs: [0, 2_000],
    schemaCacheMs: minutes(5),
    unprocessedShare: 0.2,
    shuffleBatchAnswers: true,
    scheduleDuplicateShare: 0.5,
    streamRedeliverShare: 0.3,
    streamArrivalJitterMs: 500,
    streamThrottleShare: 0.1,
    logRedeliverShare: 0.3,
  },
};
