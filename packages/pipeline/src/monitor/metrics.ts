/**
 * Every metric of the namespace `FeatureStore`. All have the one dimension `FeatureGroup`, the physical name of the group, so
 * that two stages of one account stay apart.
 */
export const METRIC_NAMESPACE = 'FeatureStore';
export const METRIC_DIMENSION = 'FeatureGroup';

export type MetricUnit = 'Seconds' | 'Percent' | 'Count';

export const metrics = {
  /** From the arrival of the input, an object in the raw bucket, to its receipt; the age of what still has none. */
  IngestionLag: 'Seconds',
  /** From the newest event time that the history holds to now. */
  EventLag: 'Seconds',
  /** Feature values that are there, of those that the newest rows of the sampled entities could have. */
  FeatureCompleteness: 'Percent',
  /** Sampled entities whose online record is what the history says. */
  ConsistencyRate: 'Percent',
  /** Bounds of the 95 % confidence interval of that rate; the rate itself where every entity was compared. */
  ConsistencyRateLow: 'Percent',
  ConsistencyRateHigh: 'Percent',
  ConsistencySamples: 'Count',
  Inconsistencies: 'Count',
  /** Records that requests wanted and the store did not give, of all they wanted. */
  ErrorRate: 'Percent',
  /** Records that requests found in memory, of all they wanted. */
  CacheHitRate: 'Percent',
  RecordsServed: 'Count',
  /** Rows and whole files refused in the last 24 hours, and the share of rows. */
  QuarantinedRows: 'Count',
  QuarantineRate: 'Percent',
  RefusedFiles: 'Count',
  /** Events of streams, as their batches were received: with what was delivered again. */
  EventsAccepted: 'Count',
  EventsDuplicate: 'Count',
  EventsQuarantined: 'Count',
} as const satisfies Record<string, MetricUnit>;

export type MetricName = keyof typeof metrics;
