import type { StateMachine } from './states-language.ts';
import { call, evenSo, failed, forEach, invoke, onFailure, query, queryEvidence, run, tryQueryAgain } from './tasks.ts';

/**
 * `snapshot`: plan → for each group UNLOAD → count and hash each part → publish → clean up, also after a failure.
 *
 * Input: `{ groups?, asOf?, scheduledTime? }`. Output: the manifest, or `{ outcome: "taken", takenBy }` when another execution
 * of the same scheduled time has it. The name of the execution is the snapshot's id.
 */
export function snapshotMachine(names: {
  planSnapshot: string;
  prepareSnapshotQuery: string;
  sealSnapshotPart: string;
  publishSnapshot: string;
  cleanSnapshot: string;
  workGroup: string;
  queryConcurrency: number;
  partConcurrency: number;
}): StateMachine {
  const step = (functionName: string, resultPath: string, next: string) => ({
    ...call(functionName, resultPath),
    Catch: onFailure('Clean up after failure'),
    Next: next,
  });
  return {
    Comment: 'The live records of each group at an instant',
    QueryLanguage: 'JSONPath',
    StartAt: 'Begin',
    States: {
      Begin: {
        Type: 'Pass',
        Parameters: { 'id.$': '$$.Execution.Name', 'startedAt.$': '$$.Execution.StartTime', 'request.$': '$' },
        Next: 'Plan',
      },
      Plan: step(names.planSnapshot, '$.planned', 'Is it ours to take?'),
      'Is it ours to take?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.planned.value.outcome', StringEquals: 'planned', Next: 'Query groups' }],
        Default: 'Taken',
      },
      Taken: { Type: 'Pass', OutputPath: '$.planned.value', End: true },
      'Query groups': {
        Type: 'Map',
        ItemsPath: '$.planned.value.groups',
        ItemSelector: { 'id.$': '$.id', 'group.$': '$$.Map.Item.Value', attempt: 0 },
        MaxConcurrency: names.queryConcurrency,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'Prepare query',
          States: {
            'Prepare query': { ...call(names.prepareSnapshotQuery, '$.prepared'), Next: 'Query' },
            Query: {
              ...query('$.prepared.value', names.workGroup),
              ...queryEvidence,
              Catch: onFailure('Try the query again?'),
              Next: 'Queried',
            },
            'Try the query again?': tryQueryAgain('Query failed'),
            'Next attempt': {
              Type: 'Pass',
              Parameters: { 'id.$': '$.id', 'group.$': '$.group', 'attempt.$': 'States.MathAdd($.attempt, 1)' },
              Next: 'Prepare query',
            },
            'Query failed': failed,
            Queried: {
              Type: 'Pass',
              Parameters: {
                'group.$': '$.group',
                'attempt.$': '$.attempt',
                'queryId.$': '$.query.id',
                'statistics.$': '$.query.statistics',
              },
              End: true,
            },
          },
        },
        ResultPath: '$.queried',
        Catch: onFailure('Clean up after failure'),
        Next: 'Seal parts',
      },
      'Seal parts': {
        ...forEach({
          label: 'Parts',
          bucketPath: '$.planned.value.bucket',
          keyPath: '$.planned.value.partListKey',
          item: {
            'id.$': '$.id',
            'group.$': '$$.Map.Item.Value.group',
            'part.$': '$$.Map.Item.Value.part',
            'queried.$': '$.queried',
          },
          concurrency: names.partConcurrency,
          startAt: 'Seal part',
          states: { 'Seal part': { ...invoke(names.sealSnapshotPart), End: true } },
        }),
        Catch: onFailure('Clean up after failure'),
        Next: 'Publish',
      },
      Publish: step(names.publishSnapshot, '$.manifest', 'Clean up'),
      'Clean up': { ...run(names.cleanSnapshot), OutputPath: '$.manifest.value', End: true },
      'Clean up after failure': { ...run(names.cleanSnapshot), Catch: evenSo('Failed'), Next: 'Failed' },
      Failed: failed,
    },
  };
}
