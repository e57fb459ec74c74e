/** The fields that the engine runs, by the place where they stand. Whatever is not in here is refused by name. */

const flow = ['Type', 'Comment', 'QueryLanguage', 'InputPath', 'OutputPath'];
const transition = ['Next', 'End'];
const work = [...flow, ...transition, 'Parameters', 'ResultSelector', 'ResultPath', 'Retry', 'Catch'];

const inlineMap = [
  ...work,
  ...['ItemProcessor', 'Iterator', 'ItemsPath', 'ItemSelector', 'MaxConcurrency', 'MaxConcurrencyPath'],
];

export const distributedMapFields = [
  ...['ItemReader', 'ItemBatcher', 'ResultWriter', 'Label'],
  ...['ToleratedFailurePercentage', 'ToleratedFailurePercentagePath'],
  ...['ToleratedFailureCount', 'ToleratedFailureCountPath'],
];

export const stateFields: Readonly<Record<string, readonly string[]>> = {
  Task: [...work, 'Resource', 'TimeoutSeconds', 'TimeoutSecondsPath'],
  Pass: [...flow, ...transition, 'Result', 'Parameters', 'ResultPath'],
  Choice: [...flow, 'Choices', 'Default'],
  Wait: [...flow, ...transition, 'Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'],
  Succeed: flow,
  Fail: ['Type', 'Comment', 'QueryLanguage', 'Error', 'Cause', 'ErrorPath', 'CausePath'],
  Parallel: [...work, 'Branches'],
  Map: [...inlineMap, ...distributedMapFields],
};

export const placeFields = {
  machine: ['Comment', 'QueryLanguage', 'StartAt', 'States', 'TimeoutSeconds', 'Version'],
  branch: ['Comment', 'QueryLanguage', 'StartAt', 'States'],
  itemProcessor: ['Comment', 'QueryLanguage', 'StartAt', 'States', 'ProcessorConfig'],
  processorConfig: ['Mode', 'ExecutionType'],
  itemReader: ['Resource', 'ReaderConfig', 'Parameters'],
  readerConfig: [...['InputType', 'CSVHeaderLocation', 'CSVHeaders', 'CSVDelimiter'], ...['MaxItems', 'MaxItemsPath']],
  itemBatcher: [
    ...['MaxItemsPerBatch', 'MaxItemsPerBatchPath', 'MaxInputBytesPerBatch', 'MaxInputBytesPerBatchPath'],
    'BatchInput',
  ],
  resultWriter: ['Resource', 'Parameters'],
  retrier: [
    ...['Comment', 'ErrorEquals', 'IntervalSeconds', 'MaxAttempts', 'BackoffRate'],
    ...['MaxDelaySeconds', 'JitterStrategy'],
  ],
  catcher: ['Comment', 'ErrorEquals', 'Next', 'ResultPath'],
} as const satisfies Record<string, readonly string[]>;

/** Constructs that people will try, and why they are not there. */
export const refusedConstructs: Readonly<Record<string, string>> = {
  Assign: 'variables (Assign) are not run by the engine; pass values on through ResultPath',
  Arguments: 'Arguments belongs to JSONata, which the engine does not run; use Parameters',
  Output: 'Output belongs to JSONata, which the engine does not run; use ResultSelector and ResultPath',
  Condition: 'Condition belongs to JSONata, which the engine does not run; use Variable and a comparison',
  Items: 'Items belongs to JSONata, which the engine does not run; use ItemsPath',
  HeartbeatSeconds: 'heartbeats (HeartbeatSeconds) need task tokens or activities, which the engine does not run',
  HeartbeatSecondsPath: 'heartbeats (HeartbeatSecondsPath) need task tokens or activities, which the engine does not run',
  Credentials: 'cross-account Credentials are not evaluated by the engine',
  WriterConfig: 'WriterConfig is not run by the engine; results are written as without it',
  ItemsPointer: 'ItemsPointer is not run by the engine; the file must be an array',
  Transformation: 'Transformation is not run by the engine',
};
