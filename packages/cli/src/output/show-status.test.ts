import { expect, test } from 'vitest';
import type { StageStatus } from '../stage/stage-status.ts';
import { showInconsistencies, showStatus } from './show-status.ts';

const status: StageStatus = {
  stage: 'dev',
  at: '2026-01-31T12:00:00.000Z',
  groups: [
    {
      group: 'airport-hours',
      groupName: 'dev-airport-hours-v1',
      offlineRows: 54_321,
      ingest: {
        group: 'airport-hours',
        groupName: 'dev-airport-hours-v1',
        ingestionLagSeconds: 7_300,
        waiting: 1,
        rows: { read: 54_361, quarantined: 40 },
        refusedFiles: 2,
      },
      comparison: {
        group: 'airport-hours',
        groupName: 'dev-airport-hours-v1',
        outcome: 'compared',
        entities: { compared: 1_000, inconsistent: 20, inFlight: 3, unread: 0 },
        consistency: { rate: 0.98, low: 0.9693, high: 0.9878 },
        isWhole: false,
        kinds: { stale: 20 },
        completeness: { share: 0.997, features: { departures: 1 } },
        newestEventTime: '2026-01-31T11:00:00.000Z',
        eventLagSeconds: 3_600,
        onlineRecords: { listed: 5_000, isWhole: false },
        historyBytes: 1,
        findingsKey: 'inconsistencies/2026-01-31/run/airport-hours.jsonl',
      },
      comparedAt: '2026-01-31T11:30:00.000Z',
    },
    {
      group: 'airport-activity',
      groupName: 'dev-airport-activity-v1',
      offlineRows: undefined,
      ingest: undefined,
      comparison: { group: 'airport-activity', outcome: 'failed', error: 'MONITOR_SCAN_TOO_LARGE' },
      comparedAt: undefined,
    },
  ],
  running: [{ machine: 'ingest', name: 'abc', startedAt: '2026-01-31T11:59:00.000Z' }],
  failed: [],
  snapshot: undefined,
  alarms: [
    {
      name: 'group-airport-hours-v1-consistency-rate-high',
      metric: 'ConsistencyRateHigh',
      threshold: 99,
      value: 98.78,
      description: 'Do something.',
    },
  ],
};

test('the state of a stage on one screen', () => {
  expect(showStatus(status)).toBe(
    `Stage dev at 2026-01-31T12:00:00.000Z

group             offline rows  online   lag  newest  complete  consistent                 quarantined       compared
airport-hours     54,321        ≥ 5,000  2 h  60 min  99.7 %    98.0 % (96.9 % to 98.8 %)  40 rows, 2 files  2026-01-31T11:30Z
airport-activity  –             –        –    –       –         MONITOR_SCAN_TOO_LARGE     –                 not yet

running    ingest abc
failed     nothing in the last 24 hours
snapshot   none

In alarm:
  group-airport-hours-v1-consistency-rate-high: 98.78, the threshold is 99. Do something.`,
  );
});

test('what differs, a line each, and a whole hour by that name', () => {
  const line = {
    group: 'airport-hours',
    groupName: 'dev-airport-hours-v1',
    entity: 'aW9ZfLq2',
    keyId: 'k1',
    kind: 'stale',
    features: ['departures', 'mean_delay'],
    historyTime: '2026-01-31T11:00:00Z',
    onlineTime: undefined,
    look: { partition: 's3://offline/hour=11/', execution: 'run' },
  } as const;
  const [header, first, second] = showInconsistencies([line, { ...line, kind: 'lost-partition', entity: undefined }]).split('\n');
  expect(header).toMatch(/^group +kind +features +entity +history +online +where to look$/);
  expect(first).toMatch(/^airport-hours +stale +departures mean_delay +aW9ZfLq2 +2026-01-31T11:00:00Z +– +s3:/);
  expect(second).toMatch(/lost-partition .* a whole hour /);
});
