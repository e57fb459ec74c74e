/** Records that were not taken. The data plane caches a group's schema for up to five minutes: the waits add up to more than ten. */
export const writeFaults = {
  ErrorEquals: ['INGEST_WRITE_FAILED'],
  IntervalSeconds: 20,
  BackoffRate: 2,
  MaxDelaySeconds: 240,
  MaxAttempts: 6,
};
