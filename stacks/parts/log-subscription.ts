import type { LogSubscriptionTopology } from '@tidemark/functions/topology';
import { arnOf } from '../policies/place.ts';
import { pascal } from '../policies/statement.ts';
import type { createCapability } from './capability.ts';
import type { StageContext } from './context.ts';

/** Lines of one function's log to another function, which CloudWatch Logs may call for that log alone. */
export function createLogSubscription(
  context: StageContext,
  functions: ReturnType<typeof createCapability>,
  { name, of, pattern, function: target }: LogSubscriptionTopology,
): void {
  const [source, destination] = [functions.get(of), functions.get(target)];
  if (source === undefined || destination === undefined)
    throw new Error(`log subscription ${name}: ${of} and ${target} must belong to one capability`);
  const logical = pascal(name);
  const allowed = new aws.lambda.Permission(`${logical}Delivery`, {
    action: 'lambda:InvokeFunction',
    function: destination.name,
    principal: 'logs.amazonaws.com',
    sourceArn: arnOf(context, 'logs', `log-group:${context.names.logGroup('functions', of)}:*`),
    sourceAccount: context.account,
  });
  new aws.cloudwatch.LogSubscriptionFilter(
    `${logical}Subscription`,
    {
      name,
      logGroup: source.loggingConfig.apply(({ logGroup }) => logGroup),
      filterPattern: pattern,
      destinationArn: destination.arn,
    },
    // The service tries the way before it takes the subscription.
    { dependsOn: [allowed] },
  );
}
