import type { FunctionName } from '@tidemark/functions/topology';
import { topology } from '@tidemark/functions/topology';
import { permissionStatements } from './permission-statements.ts';
import { arnOf, type Place } from './place.ts';
import { allow, type PolicyDocument, policyDocument, type Statement } from './statement.ts';

/** Where Lambda puts what finally failed, by its own layout: `aws/lambda/async/<function>/<date>/…`. */
export const ASYNC_FAILURES = 'aws/lambda/async';

/** How often Lambda tries an event again before it is a failure. */
export const ASYNC_RETRIES = 2;

/** All that a function may do: its log, its environment, its failures, and its permissions in the topology. */
export function functionPolicy(place: Place, name: FunctionName, options: { inNetwork: boolean }): PolicyDocument {
  return policyDocument([
    allow(
      'Log',
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
      [arnOf(place, 'logs', `log-group:${place.names.logGroup('functions', name)}:log-stream:*`)],
    ),
    allow('Environment', ['kms:Decrypt'], [place.keys.data], {
      StringEquals: { 'kms:EncryptionContext:aws:lambda:FunctionArn': place.names.functionArn(name) },
    }),
    ...(isInvokedAsynchronously(name) ? failureStatements(place, name) : []),
    ...permissionStatements(place, topology.functions[name].permissions),
    ...(options.inNetwork ? [networkInterfaces] : []),
  ]);
}

/** By a bucket's notification, a log's subscription or a schedule: nobody waits for the answer, so a failure has to go somewhere. */
export const isInvokedAsynchronously = (name: FunctionName): boolean =>
  Object.values(topology.buckets).some(({ notifies }) => notifies.includes(name)) ||
  topology.logSubscriptions.some((one) => one.function === name) ||
  topology.schedules.some(({ target }) => 'function' in target && target.function === name);

/** Lambda writes the failed event with the function's own rights, and asks for ListBucket as well. */
const failureStatements = (place: Place, name: FunctionName): Statement[] =>
  permissionStatements(place, [
    { actions: ['s3:PutObject'], on: { bucket: 'ledger', keys: `${ASYNC_FAILURES}/${place.names.functionName(name)}/*` } },
    { actions: ['s3:ListBucket'], on: { bucket: 'ledger' } },
  ]);

/** Lambda makes the interfaces before it knows their names; EC2 takes no resource for describing them. */
const networkInterfaces = allow(
  'NetworkInterfaces',
  [
    'ec2:AssignPrivateIpAddresses',
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:UnassignPrivateIpAddresses',
  ],
  ['*'],
);
