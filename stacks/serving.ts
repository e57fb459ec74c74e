/**
 * The HTTP API: one function behind routes that each ask for a token or for a signature; and the log that keeps who asked for
 * what, which a subscription to the function's own log fills.
 *
 * AWS WAF cannot stand before an HTTP API: see docs/deploy.md for a distribution in front of it.
 */
import { topology } from '@tidemark/functions/topology';
import type { Foundation } from './foundation.ts';
import { createCapability } from './parts/capability.ts';
import { tags } from './parts/context.ts';
import { createLogGroup } from './parts/log-group.ts';
import { createLogSubscription } from './parts/log-subscription.ts';
import { pascal } from './policies/statement.ts';

/** Who asked which route when, and how it went: never a path with a key in it, nor a query string. */
const ACCESS_LOG = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  routeKey: '$context.routeKey',
  status: '$context.status',
  responseLatencyMs: '$context.responseLatency',
  responseLength: '$context.responseLength',
  integrationError: '$context.integrationErrorMessage',
  authorizerError: '$context.authorizer.error',
};

export function createServing(foundation: Foundation) {
  const { context, keys } = foundation;
  const { options, profile } = context;
  const functions = createCapability(foundation, 'serving');
  for (const of of topology.logGroups) createLogGroup(context, keys, pascal(of), { kind: 'audit', of });
  for (const subscription of topology.logSubscriptions) createLogSubscription(context, functions, subscription);
  const api = new sst.aws.ApiGatewayV2('Api', {
    cors: false,
    transform: {
      api: { name: `tidemark-${context.stage}`, tags: tags(context, { function: 'serve-features' }) },
      logGroup(args) {
        args.name = context.names.logGroup('api', 'access');
        args.kmsKeyId = keys.operations.arn;
        args.retentionInDays = profile.logDays;
        args.tags = tags(context, { class: 'operations', for: 'api' });
        return undefined;
      },
      stage(args) {
        args.accessLogSettings = $util.output(args.accessLogSettings).apply((settings) => ({
          destinationArn: settings?.destinationArn ?? '',
          format: JSON.stringify(ACCESS_LOG),
        }));
        args.defaultRouteSettings = {
          throttlingRateLimit: profile.requestsPerSecond,
          throttlingBurstLimit: profile.requestBurst,
          detailedMetricsEnabled: true,
        };
        return undefined;
      },
    },
  });
  const authorizer = api.addAuthorizer({
    name: 'Tokens',
    jwt: { issuer: options.jwtIssuer, audiences: [...options.jwtAudiences] },
  });
  for (const { method, path, function: name, authorizer: kind } of topology.routes) {
    const target = functions.get(name);
    if (target === undefined) throw new Error(`route ${method} ${path} leads to ${name}, which is no function of serving`);
    api.route(`${method} ${path}`, target.arn, {
      auth: kind === 'jwt' ? { jwt: { authorizer: authorizer.id } } : { iam: true },
    });
  }
  return api;
}
