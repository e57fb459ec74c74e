import type { StateMachine } from './states-language.ts';
import { call, failed, forEach, invoke, onFailure, query, run, tryQueryAgain } from './tasks.ts';
import { transientFaults } from './transient-faults.ts';

/** Histories that are behind and queries that fail are tried again so often. */
const ATTEMPTS = 3;
const PATIENCE_SECONDS = 60;

/**
 * `rebuild-windows`: pause the stream → let the history settle → query it → states of each bucket → receipt → resume.
 *
 * Whatever fails, the stream goes on. Input: `{ stream, mode, entitiesKey?, force? }`. Output: the receipt.
 */
export function rebuildWindowsMachine(names: {
  pauseStream: string;
  planRebuild: string;
  rebuildBucket: string;
  sealRebuild: string;
  resumeStream: string;
  workGroup: string;
  bucketConcurrency: number;
}): StateMachine {
  const step = (functionName: string, resultPath: string, otherwise: string, next: string) => ({
    ...call(functionName, resultPath),
    Catch: onFailure(otherwise),
    Next: next,
  });
  // A batch may be with its function for as long as that may take.
  const untilPaused = {
    ErrorEquals: ['STREAM_NOT_PAUSED'],
    IntervalSeconds: 1,
    BackoffRate: 1.5,
    MaxDelaySeconds: 20,
    MaxAttempts: 60,
  };
  return {
    Comment: 'Window states made again from the event history, while their stream stands still',
    QueryLanguage: 'JSONPath',
    StartAt: 'Begin',
    States: {
      Begin: {
        Type: 'Pass',
        Parameters: { 'id.$': '$$.Execution.Name', 'startedAt.$': '$$.Execution.StartTime', attempt: 0, 'request.$': '$' },
        Next: 'Pause',
      },
      Pause: {
        ...step(names.pauseStream, '$.paused', 'Resume after failure', 'Settle'),
        Retry: [untilPaused, ...transientFaults],
      },
      // What was appended last before the pause has reached the offline store then.
      Settle: { Type: 'Wait', TimestampPath: '$.paused.value.settledAt', Next: 'Plan' },
      Plan: step(names.planRebuild, '$.plan', 'Resume after failure', 'Each group'),
      'Each group': {
        Type: 'Map',
        ItemsPath: '$.plan.value.groups',
        ItemSelector: {
          'id.$': '$.id',
          'attempt.$': '$.attempt',
          'request.$': '$.request',
          'pausedAtMs.$': '$.paused.value.pausedAtMs',
          'planned.$': '$$.Map.Item.Value',
        },
        MaxConcurrency: 1,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'Query',
          States: {
            Query: { ...query('$.planned', names.workGroup), ResultPath: null, Next: 'Rebuild buckets' },
            'Rebuild buckets': {
              ...forEach({
                label: 'Buckets',
                bucketPath: '$.planned.workBucket',
                keyPath: '$.planned.bucketListKey',
                item: {
                  'id.$': '$.id',
                  'attempt.$': '$.attempt',
                  'request.$': '$.request',
                  'pausedAtMs.$': '$.pausedAtMs',
                  'group.$': '$.planned.group',
                  'index.$': '$$.Map.Item.Value.index',
                },
                concurrency: names.bucketConcurrency,
                startAt: 'Rebuild bucket',
                states: { 'Rebuild bucket': { ...invoke(names.rebuildBucket), End: true } },
              }),
              End: true,
            },
          },
        },
        ResultPath: null,
        Catch: onFailure('Try again?'),
        Next: 'Seal',
      },
      Seal: step(names.sealRebuild, '$.receipt', 'Try again?', 'Resume'),
      'Try again?': tryQueryAgain('Resume after failure', ATTEMPTS),
      'Next attempt': {
        Type: 'Pass',
        Parameters: {
          'id.$': '$.id',
          'startedAt.$': '$.startedAt',
          'attempt.$': 'States.MathAdd($.attempt, 1)',
          'request.$': '$.request',
          'paused.$': '$.paused',
        },
        Next: 'Have patience',
      },
      'Have patience': { Type: 'Wait', Seconds: PATIENCE_SECONDS, Next: 'Plan' },
      Resume: { ...run(names.resumeStream, [untilPaused, ...transientFaults]), OutputPath: '$.receipt.value', End: true },
      'Resume after failure': { ...run(names.resumeStream, [untilPaused, ...transientFaults]), Next: 'Failed' },
      Failed: failed,
    },
  };
}
