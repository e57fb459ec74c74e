/** The synthesised resources of a stage in the form in which the engine is given one. */
import { type Inputs, ofType, type Resources } from '../resources.ts';

const nameOf = (arn: string) => arn.split(':').at(-1) ?? '';
const sorted = <T>(values: readonly T[], key: (value: T) => string): T[] => values.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
const present = (values: Inputs) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

export const deployedStage = (resources: Resources) => ({
  functions: sorted(ofType(resources, 'lambda/function:Function').map(functionOf), ({ name }) => name),
  workGroups: ofType(resources, 'athena/workgroup:Workgroup').map(({ inputs: { name, configuration } }) => ({
    name,
    outputLocation: configuration.resultConfiguration.outputLocation,
  })),
  stateMachines: sorted(
    ofType(resources, 'sfn/stateMachine:StateMachine').map(({ inputs: { name, definition } }) => ({ name, definition })),
    ({ name }) => name,
  ),
  routes: sorted(
    ofType(resources, 'apigatewayv2/route:Route').map((route) => routeOf(resources, route.inputs)),
    ({ method, path }) => `${method} ${path}`,
  ),
  schedules: sorted(ofType(resources, 'scheduler/schedule:Schedule').map(scheduleOf), ({ name }) => name),
  notifications: ofType(resources, 's3/bucketNotification:BucketNotification').flatMap(({ inputs }) =>
    inputs.lambdaFunctions.map((one: Inputs) => ({ bucket: inputs.bucket, functionName: nameOf(one.lambdaFunctionArn) })),
  ),
  logGroups: ofType(resources, 'cloudwatch/logGroup:LogGroup')
    .filter(({ inputs }) => inputs.tags['tidemark:class'] === 'evidence')
    .map(({ inputs: { name } }) => ({ name })),
  logSubscriptions: ofType(resources, 'cloudwatch/logSubscriptionFilter:LogSubscriptionFilter').map(
    ({ inputs: { name, logGroup, filterPattern, destinationArn } }) => ({
      name,
      logGroup,
      pattern: filterPattern,
      functionName: nameOf(destinationArn),
    }),
  ),
  streams: ofType(resources, 'kinesis/stream:Stream').map(({ inputs: { name, shardCount, retentionPeriod } }) => ({
    name,
    shardCount,
    retentionHours: retentionPeriod,
  })),
  eventSourceMappings: ofType(resources, 'lambda/eventSourceMapping:EventSourceMapping').map(mappingOf),
});

const functionOf = ({ inputs }: Inputs) =>
  present({
    name: inputs.name,
    handler: inputs.handler,
    memoryMb: inputs.memorySize,
    timeoutMs: inputs.timeout * 1000,
    reservedConcurrency: inputs.reservedConcurrentExecutions,
    environment: inputs.environment.variables,
    logGroup: inputs.loggingConfig.logGroup,
  }) as { name: string };

function routeOf(resources: Resources, { routeKey, target, authorizationType }: Inputs) {
  const [method = '', path = ''] = routeKey.split(' ');
  const integration = resources.find(({ name }) => target === `integrations/${name}`)?.inputs as Inputs;
  return {
    method,
    path,
    functionName: nameOf(integration.integrationUri),
    authorizer: authorizationType === 'JWT' ? 'jwt' : 'iam',
  };
}

function scheduleOf({ inputs: { name, scheduleExpression, target } }: Inputs): { name: string } {
  const isMachine = target.arn.includes(':stateMachine:');
  return {
    name,
    expression: scheduleExpression,
    target: isMachine ? { stateMachine: nameOf(target.arn) } : { functionName: nameOf(target.arn) },
    ...(isMachine ? { input: target.input } : {}),
  } as { name: string };
}

const mappingOf = ({ inputs }: Inputs) => ({
  streamName: inputs.eventSourceArn.split('/').at(-1),
  functionName: nameOf(inputs.functionName),
  batchSize: inputs.batchSize,
  maximumBatchingWindowMs: inputs.maximumBatchingWindowInSeconds * 1000,
  startingPosition: inputs.startingPosition,
  bisectBatchOnFunctionError: inputs.bisectBatchOnFunctionError,
  maximumRetryAttempts: inputs.maximumRetryAttempts,
  maximumRecordAgeMs: inputs.maximumRecordAgeInSeconds * 1000,
  reportBatchItemFailures: inputs.functionResponseTypes.includes('ReportBatchItemFailures'),
  failureDestination: inputs.destinationConfig.onFailure.destinationArn.replace('arn:aws:s3:::', 's3://'),
});

/** Function → the file that its archive is made of, and the hash that its code is named by. @throws Error where they differ */
export const deployedBundles = (resources: Resources): Record<string, { file: string; sha256: string }> =>
  Object.fromEntries(
    ofType(resources, 'lambda/function:Function').map(({ inputs: { s3Key, tags } }) => {
      const name = tags['tidemark:function'] as string;
      const code = ofType(resources, 's3/bucketObjectv2:BucketObjectv2').find(({ inputs }) => inputs.key === s3Key)?.inputs;
      const sha256 = /^functions\/([a-z-]+)\/([0-9a-f]{64})\.zip$/.exec(s3Key);
      if (code === undefined || sha256?.[1] !== name) throw new Error(`${name}: its code ${s3Key} is not among the artefacts`);
      return [name, { file: code.source.assets['index.mjs'].path as string, sha256: sha256[2] as string }];
    }),
  );
