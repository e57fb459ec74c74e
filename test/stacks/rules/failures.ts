import { type Inputs, ofType, type Resources } from '../resources.ts';
import { statementsOf } from './policy-documents.ts';

/** Functions that nobody waits for: what invokes them goes on. */
export function asynchronousFunctions(resources: Resources): string[] {
  const notified = ofType(resources, 's3/bucketNotification:BucketNotification').flatMap(({ inputs }) =>
    (inputs.lambdaFunctions as Inputs[]).map((one) => one.lambdaFunctionArn as string),
  );
  const scheduled = ofType(resources, 'scheduler/schedule:Schedule').map(({ inputs }) => inputs.target.arn as string);
  const subscribed = ofType(resources, 'cloudwatch/logSubscriptionFilter:LogSubscriptionFilter').map(
    ({ inputs }) => inputs.destinationArn as string,
  );
  return [...new Set([...notified, ...scheduled, ...subscribed])]
    .filter((arn) => arn.includes(':function:'))
    .map((arn) => arn.split(':').at(-1) ?? '');
}

/** Asynchronous paths whose failures would vanish, or could not be written where they belong. */
export function findLostFailures(resources: Resources): string[] {
  const destinations = new Map(
    ofType(resources, 'lambda/functionEventInvokeConfig:FunctionEventInvokeConfig').map(({ inputs }) => [
      inputs.functionName,
      inputs.destinationConfig?.onFailure?.destination as string | undefined,
    ]),
  );
  return [
    ...asynchronousFunctions(resources).flatMap((name) =>
      problemOf(resources, name, destinations.get(name), `aws/lambda/async/${name}/`),
    ),
    ...ofType(resources, 'lambda/eventSourceMapping:EventSourceMapping').flatMap(({ inputs }) =>
      problemOf(
        resources,
        String(inputs.functionName).split(':').at(-1) ?? '',
        inputs.destinationConfig?.onFailure?.destinationArn,
        'aws/lambda/',
      ),
    ),
    ...ofType(resources, 'scheduler/schedule:Schedule')
      .filter(({ inputs }) => inputs.target.deadLetterConfig?.arn === undefined)
      .map(({ name }) => `${name}: what it cannot start is forgotten`),
  ];
}

function problemOf(resources: Resources, name: string, destination: string | undefined, prefix: string): string[] {
  if (destination === undefined) return [`${name}: its failures are forgotten`];
  const role = ofType(resources, 'lambda/function:Function').find(({ inputs }) => inputs.name === name)?.inputs.role as string;
  const policy = ofType(resources, 'iam/rolePolicy:RolePolicy').find(({ inputs }) => inputs.role === role.split('/').at(-1));
  const writes = statementsOf(policy === undefined ? [] : [policy]).some(
    ({ actions, resources: on }) => actions.includes('s3:PutObject') && on.includes(`${destination}/${prefix}*`),
  );
  return writes ? [] : [`${name}: may not write its failures to ${destination}/${prefix}`];
}
