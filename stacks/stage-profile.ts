/** What a kind of stage keeps, and for how long. Personal stages and dev are cheap and go without a trace; production stays. */
export interface StageProfile {
  /** Nothing that holds data can be deleted or replaced by a deployment, and stays when it is taken out of the stacks. */
  readonly keepsData: boolean;
  readonly logDays: number;
  readonly auditDays: number;
  /** Old versions of files, which is how far back a file can be recovered. */
  readonly oldVersionDays: number;
  readonly keyDeletionDays: number;
  /** Requests a second that the API takes before it answers 429, and in a burst. */
  readonly requestsPerSecond: number;
  readonly requestBurst: number;
  /** A query that would read more is cut off. */
  readonly scanLimitBytes: number;
  readonly alarms: boolean;
}

const GIB = 1024 ** 3;

const production: StageProfile = {
  keepsData: true,
  logDays: 90,
  auditDays: 400,
  oldVersionDays: 30,
  keyDeletionDays: 30,
  requestsPerSecond: 1_000,
  requestBurst: 2_000,
  scanLimitBytes: 1_024 * GIB,
  alarms: true,
};

const removable: StageProfile = {
  keepsData: false,
  logDays: 7,
  auditDays: 7,
  oldVersionDays: 1,
  keyDeletionDays: 7,
  requestsPerSecond: 50,
  requestBurst: 100,
  scanLimitBytes: 100 * GIB,
  alarms: false,
};

export const stageProfile = (stage: string): StageProfile => (stage === 'production' ? production : removable);
