/** What AWS would say about a resource once it exists, as far as the stacks build on it: readable, and the same every time. */
export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';

type Values = Readonly<Record<string, unknown>>;

const arn = (service: string, resource: string, region = REGION, account = ACCOUNT) =>
  `arn:aws:${service}:${region}:${account}:${resource}`;

const OUTPUTS: Readonly<Record<string, (inputs: Values, name: string) => Values>> = {
  'aws:s3/bucket:Bucket': ({ bucket }) => ({ arn: `arn:aws:s3:::${bucket}`, bucketRegionalDomainName: `${bucket}.s3` }),
  'aws:kms/key:Key': (_, name) => ({ arn: arn('kms', `key/${name}`), keyId: name }),
  'aws:iam/role:Role': ({ name }) => ({ arn: arn('iam', `role/${name}`, '') }),
  'aws:lambda/function:Function': ({ name }) => ({
    arn: arn('lambda', `function:${name}`),
    invokeArn: arn('apigateway', `lambda:path/2015-03-31/functions/${arn('lambda', `function:${name}`)}/invocations`, REGION, ''),
    version: '$LATEST',
  }),
  'aws:cloudwatch/logGroup:LogGroup': ({ name }) => ({ arn: arn('logs', `log-group:${name}`) }),
  'aws:sfn/stateMachine:StateMachine': ({ name }) => ({ arn: arn('states', `stateMachine:${name}`) }),
  'aws:kinesis/stream:Stream': ({ name }) => ({ arn: arn('kinesis', `stream/${name}`) }),
  'aws:sns/topic:Topic': ({ name }) => ({ arn: arn('sns', `${name}`) }),
  'aws:apigatewayv2/api:Api': (_, name) => ({
    arn: arn('apigateway', `/apis/${name}`, REGION, ''),
    apiEndpoint: `https://${name}.execute-api.${REGION}.amazonaws.com`,
    executionArn: arn('execute-api', name),
  }),
  'aws:sqs/queue:Queue': ({ name }) => ({
    arn: arn('sqs', `${name}`),
    url: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`,
  }),
  'aws:ec2/vpcEndpoint:VpcEndpoint': (_, name) => ({ prefixListId: `pl-${name}` }),
  'aws:scheduler/scheduleGroup:ScheduleGroup': ({ name }) => ({ arn: arn('scheduler', `schedule-group/${name}`) }),
  'aws:athena/workgroup:Workgroup': ({ name }) => ({ arn: arn('athena', `workgroup/${name}`) }),
  'aws:sagemaker/featureGroup:FeatureGroup': ({ featureGroupName, offlineStoreConfig }) => ({
    arn: arn('sagemaker', `feature-group/${featureGroupName}`),
    offlineStoreConfig: resolvedOfflineStore(String(featureGroupName), offlineStoreConfig as OfflineStore | undefined),
  }),
};

interface OfflineStore extends Values {
  readonly s3StorageConfig: Values & { readonly s3Uri: string };
}

/** The service puts the time of creation into the folder; here it is always the same second. */
function resolvedOfflineStore(group: string, offline: OfflineStore | undefined): OfflineStore | undefined {
  if (offline === undefined) return undefined;
  const { s3StorageConfig } = offline;
  const folder = `${s3StorageConfig.s3Uri}/${ACCOUNT}/sagemaker/${REGION}/offline-store/${group}-0000000000/data`;
  return { ...offline, s3StorageConfig: { ...s3StorageConfig, resolvedOutputS3Uri: folder } };
}

/** The state of a new resource: its inputs, and what AWS adds. */
export function createdResource(type: string, name: string, inputs: Values) {
  const added = OUTPUTS[type]?.(inputs, name) ?? { arn: `arn:of:${name}` };
  return { id: String(inputs.name ?? inputs.bucket ?? name), state: { name, ...inputs, ...added } };
}

/** @throws Error for a look-up that nothing here answers: in an account it would have to be allowed */
export function lookUp(token: string, inputs: Values): Values {
  switch (token) {
    case 'aws:index/getCallerIdentity:getCallerIdentity':
      return { accountId: ACCOUNT, arn: arn('iam', 'user/synth', ''), userId: 'synth' };
    case 'aws:index/getRegion:getRegion':
      return { region: REGION, name: REGION };
    case 'aws:index/getAvailabilityZones:getAvailabilityZones':
      return { names: ['a', 'b', 'c'].map((zone) => `${REGION}${zone}`) };
    case 'aws:index/getPartition:getPartition':
      return { partition: 'aws', dnsSuffix: 'amazonaws.com' };
    case 'aws:iam/getPolicyDocument:getPolicyDocument':
      return { json: JSON.stringify(policyDocument(inputs.statements as PolicyStatement[])) };
    default:
      throw new Error(`the stacks look up ${token}, which has no answer without an account`);
  }
}

interface PolicyStatement {
  readonly sid?: string;
  readonly effect?: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly principals?: readonly { readonly type: string; readonly identifiers: readonly string[] }[];
  readonly conditions?: readonly { readonly test: string; readonly variable: string; readonly values: readonly string[] }[];
}

/** As the provider's data source renders it. */
const policyDocument = (statements: readonly PolicyStatement[]) => ({
  Version: '2012-10-17',
  Statement: statements.map(({ sid, effect = 'Allow', actions, resources, principals = [], conditions = [] }) => ({
    ...(sid === undefined ? {} : { Sid: sid }),
    Effect: effect,
    ...(principals.length === 0 ? {} : { Principal: Object.fromEntries(principals.map((one) => [one.type, one.identifiers])) }),
    Action: actions,
    Resource: resources,
    ...(conditions.length === 0
      ? {}
      : { Condition: Object.fromEntries(conditions.map((one) => [one.test, { [one.variable]: one.values }])) }),
  })),
});
