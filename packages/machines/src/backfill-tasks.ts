import { transientFaults } from './transient-faults.ts';

/** Calls a function with the whole state and keeps its answer beside it, under `value`. */
export const call = (functionName: string, resultPath: string, failed: string) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName: functionName, 'Payload.$': '$' },
  ResultSelector: { 'value.$': '$.Payload' },
  ResultPath: resultPath,
  Retry: transientFaults,
  Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: failed }],
});

/** Calls a function with the whole state; its answer ends the branch. */
export const invoke = (functionName: string, retry: readonly unknown[] = transientFaults) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName: functionName, 'Payload.$': '$' },
  OutputPath: '$.Payload',
  Retry: retry,
  End: true,
});

/** The items of a Map: a JSON array in the ledger. */
export const itemsOf = (keyPath: string) => ({
  Resource: 'arn:aws:states:::s3:getObject',
  ReaderConfig: { InputType: 'JSON' },
  Parameters: { 'Bucket.$': '$.ledger', 'Key.$': keyPath },
});
