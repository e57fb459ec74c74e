import type { StateMachine } from './states-language.ts';
import { call, evenSo, failed, forEach, invoke, onFailure, query, queryEvidence, run, tryQueryAgain } from './tasks.ts';

/**
 * `build-dataset`: prepare → UNLOAD → finish each range → verify → publish → clean up, also after a failure.
 *
 * Input: the request of the data set. Output: its manifest. The name of the execution is the data set's id.
 */
export function buildDatasetMachine(names: {
  prepareDataset: string;
  finishDataset: string;
  verifyDataset: string;
  publishDataset: string;
  cleanDataset: string;
  workGroup: string;
  rangeConcurrency: number;
}): StateMachine {
  const step = (functionName: string, resultPath: string, next: string) => ({
    ...call(functionName, resultPath),
    Catch: onFailure('Clean up after failure'),
    Next: next,
  });
  return {
    Comment: 'A training set that cannot see the future',
    QueryLanguage: 'JSONPath',
    StartAt: 'Begin',
    States: {
      Begin: {
        Type: 'Pass',
        Parameters: { 'id.$': '$$.Execution.Name', 'startedAt.$': '$$.Execution.StartTime', attempt: 0, 'request.$': '$' },
        Next: 'Prepare',
      },
      Prepare: step(names.prepareDataset, '$.prepared', 'Query'),
      Query: {
        ...query('$.prepared.value', names.workGroup),
        ...queryEvidence,
        Catch: onFailure('Try the query again?'),
        Next: 'Finish ranges',
      },
      'Try the query again?': tryQueryAgain('Clean up after failure'),
      'Next attempt': {
        Type: 'Pass',
        Parameters: {
          'id.$': '$.id',
          'startedAt.$': '$.startedAt',
          'attempt.$': 'States.MathAdd($.attempt, 1)',
          'request.$': '$.request',
        },
        Next: 'Prepare',
      },
      'Finish ranges': {
        ...forEach({
          label: 'Ranges',
          bucketPath: '$.prepared.value.ledger',
          keyPath: '$.prepared.value.rangeListKey',
          item: { 'id.$': '$.id', 'attempt.$': '$.attempt', 'index.$': '$$.Map.Item.Value.index' },
          concurrency: names.rangeConcurrency,
          startAt: 'Finish range',
          states: { 'Finish range': { ...invoke(names.finishDataset), End: true } },
        }),
        Catch: onFailure('Clean up after failure'),
        Next: 'Verify',
      },
      Verify: step(names.verifyDataset, '$.verified', 'Publish'),
      Publish: step(names.publishDataset, '$.manifest', 'Clean up'),
      'Clean up': { ...run(names.cleanDataset), OutputPath: '$.manifest.value', End: true },
      'Clean up after failure': { ...run(names.cleanDataset), Catch: evenSo('Failed'), Next: 'Failed' },
      Failed: failed,
    },
  };
}
