import { type Inputs, ofType, type Resources } from '../resources.ts';

const lastOf = (arn: unknown) => String(arn).split(':').at(-1) ?? '';

/** Reads whose audit lines would not come to a log that keeps them: from each function behind a route, hop by hop. */
export function findAuditGaps(resources: Resources): string[] {
  const served = new Set(
    ofType(resources, 'apigatewayv2/integration:Integration').map(({ inputs }) => lastOf(inputs.integrationUri)),
  );
  return ofType(resources, 'lambda/function:Function')
    .filter(({ inputs }) => served.has(inputs.name))
    .flatMap(({ inputs }) => gapsOf(resources, inputs));
}

function gapsOf(resources: Resources, { name, loggingConfig }: Inputs): string[] {
  const subscription = ofType(resources, 'cloudwatch/logSubscriptionFilter:LogSubscriptionFilter').find(
    ({ inputs }) => inputs.logGroup === loggingConfig.logGroup,
  )?.inputs;
  if (subscription === undefined) return [`${name}: nobody subscribes to its log`];
  const keeper = ofType(resources, 'lambda/function:Function').find(
    ({ inputs }) => inputs.name === lastOf(subscription.destinationArn),
  )?.inputs;
  if (keeper === undefined) return [`${name}: its audit lines go to a function that is not there`];
  const log = ofType(resources, 'cloudwatch/logGroup:LogGroup').find(
    ({ inputs }) => inputs.name === keeper.environment.variables.AUDIT_LOG_GROUP,
  )?.inputs;
  return [
    ...(mayDeliver(resources, keeper.name, loggingConfig.logGroup) ? [] : [`${keeper.name}: CloudWatch Logs may not call it`]),
    ...(log === undefined ? [`${keeper.name}: its log is not there`] : problemsOf(resources, loggingConfig.logGroup, log)),
  ];
}

/** For that log of this account alone. */
const mayDeliver = (resources: Resources, keeper: string, logGroup: string): boolean =>
  ofType(resources, 'lambda/permission:Permission').some(
    ({ inputs }) =>
      inputs.principal === 'logs.amazonaws.com' &&
      inputs.function === keeper &&
      String(inputs.sourceArn).endsWith(`:log-group:${logGroup}:*`) &&
      String(inputs.sourceArn).split(':')[4] === inputs.sourceAccount,
  );

function problemsOf(resources: Resources, source: string, log: Inputs): string[] {
  const ofFunction = ofType(resources, 'cloudwatch/logGroup:LogGroup').find(({ inputs }) => inputs.name === source)?.inputs;
  const isProduction = log.tags['tidemark:stage'] === 'production';
  return [
    ...(log.logGroupClass === 'STANDARD' ? [] : [`${log.name}: cannot be exported, subscribed to or filtered`]),
    ...(isProduction && log.retentionInDays <= ofFunction?.retentionInDays
      ? [`${log.name}: is kept no longer than the log of the function`]
      : []),
  ];
}
