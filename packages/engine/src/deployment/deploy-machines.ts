import {
  CreateStateMachineCommand,
  DescribeStateMachineCommand,
  type DescribeStateMachineCommandOutput,
  type LoggingConfiguration,
  type SFNClient,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import type { EngineContext } from '../engine-context.ts';
import type { MachineSpec } from './deployment.ts';

export const stateMachineArn = ({ region, account }: EngineContext, name: string) =>
  `arn:aws:states:${region}:${account}:stateMachine:${name}`;

/** Creates or updates one state machine through Step Functions' own API; tells what was changed. */
export async function deployMachine(sfn: SFNClient, context: EngineContext, spec: MachineSpec): Promise<string[]> {
  const arn = stateMachineArn(context, spec.name);
  const definition = JSON.stringify(spec.definition);
  const loggingConfiguration = logging(context, spec);
  const roleArn = `arn:aws:iam::${context.account}:role/${spec.role ?? spec.name}`;
  const current = await describe(sfn, arn);
  if (!current) {
    await sfn.send(new CreateStateMachineCommand({ name: spec.name, definition, roleArn, loggingConfiguration }));
    return [`state machine ${spec.name} created`];
  }
  const sameLevel = (current.loggingConfiguration?.level ?? 'OFF') === loggingConfiguration.level;
  if (current.definition === definition && sameLevel && current.roleArn === roleArn) return [];
  await sfn.send(new UpdateStateMachineCommand({ stateMachineArn: arn, definition, roleArn, loggingConfiguration }));
  return [`state machine ${spec.name} updated`];
}

async function describe(sfn: SFNClient, arn: string): Promise<DescribeStateMachineCommandOutput | undefined> {
  try {
    return await sfn.send(new DescribeStateMachineCommand({ stateMachineArn: arn }));
  } catch (error) {
    if ((error as Error).name === 'StateMachineDoesNotExist') return undefined;
    throw error;
  }
}

function logging({ region, account }: EngineContext, { name, loggingLevel = 'OFF' }: MachineSpec): LoggingConfiguration {
  if (loggingLevel === 'OFF') return { level: 'OFF', includeExecutionData: false };
  const logGroupArn = `arn:aws:logs:${region}:${account}:log-group:/aws/vendedlogs/states/${name}:*`;
  return { level: loggingLevel, includeExecutionData: false, destinations: [{ cloudWatchLogsLogGroup: { logGroupArn } }] };
}
