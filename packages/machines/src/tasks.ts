/** The tasks that our machines are made of. Each calls with the whole state unless said otherwise. */
import { transientFaults } from './transient-faults.ts';

/** A call of a function. What is done with its answer, and what comes next, is for the caller to add. */
export const lambda = (functionName: string, retry: readonly unknown[] = transientFaults) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName: functionName, 'Payload.$': '$' },
  Retry: retry,
});

/** Calls a function; its answer becomes the state. */
export const invoke = (functionName: string, retry?: readonly unknown[]) => ({
  ...lambda(functionName, retry),
  OutputPath: '$.Payload',
});

/** Calls a function and keeps its answer beside the state, under `value` at `resultPath`. */
export const call = (functionName: string, resultPath: string, retry?: readonly unknown[]) => ({
  ...lambda(functionName, retry),
  ResultSelector: { 'value.$': '$.Payload' },
  ResultPath: resultPath,
});

/** Calls a function for what it does alone: the state stays as it is. */
export const run = (functionName: string, retry?: readonly unknown[]) => ({ ...lambda(functionName, retry), ResultPath: null });

/** Whatever fails, the machine goes on at `next`, with the error under `$.failure`. */
export const onFailure = (next: string) => [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: next }];

/** Whatever fails, `next` follows, and the failure of before stands. */
export const evenSo = (next: string) => [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: next }];

/** Ends with the error that `onFailure` kept. */
export const failed = { Type: 'Fail', ErrorPath: '$.failure.Error', CausePath: '$.failure.Cause' };

/** Runs the query that lies at `path`, as `{ queryString, resultLocation }`, and waits for its end. */
export const query = (path: string, workGroup: string) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::athena:startQueryExecution.sync',
  Parameters: {
    'QueryString.$': `${path}.queryString`,
    WorkGroup: workGroup,
    ResultConfiguration: { 'OutputLocation.$': `${path}.resultLocation` },
  },
});

/** What a query leaves of itself, for evidence. */
export const queryEvidence = {
  ResultSelector: { 'id.$': '$.QueryExecution.QueryExecutionId', 'statistics.$': '$.QueryExecution.Statistics' },
  ResultPath: '$.query',
};

/** How often a query is tried, each time into a prefix of its own: a failed UNLOAD leaves files behind. */
const QUERY_ATTEMPTS = 3;

/** After a failed query: `Next attempt` while there is one left, `otherwise` after that. */
export const tryQueryAgain = (otherwise: string, attempts = QUERY_ATTEMPTS) => ({
  Type: 'Choice',
  Choices: [{ Variable: '$.attempt', NumericLessThan: attempts - 1, Next: 'Next attempt' }],
  Default: otherwise,
});

/** A distributed Map over a JSON array in S3; the answers of its executions are left out of the state. */
export const forEach = (map: {
  /** The label, at most 40 characters: it stands in the names of the executions. */
  readonly label: string;
  readonly bucketPath: string;
  readonly keyPath: string;
  readonly item: Readonly<Record<string, unknown>>;
  readonly concurrency: number;
  readonly startAt: string;
  readonly states: Readonly<Record<string, unknown>>;
}) => ({
  Type: 'Map',
  Label: map.label,
  ItemReader: {
    Resource: 'arn:aws:states:::s3:getObject',
    ReaderConfig: { InputType: 'JSON' },
    Parameters: { 'Bucket.$': map.bucketPath, 'Key.$': map.keyPath },
  },
  ItemSelector: map.item,
  MaxConcurrency: map.concurrency,
  ItemProcessor: {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
    StartAt: map.startAt,
    States: map.states,
  },
  ResultPath: null,
});
