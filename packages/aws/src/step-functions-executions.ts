import { DescribeExecutionCommand, RedriveExecutionCommand, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { TidemarkError } from '@tidemark/domain';
import type { ExecutionStatus, Executions } from '@tidemark/pipeline';
import { calling, isServiceError, translateError } from './translate-error.ts';

/** `machineArns`: logical name → ARN of the state machine. */
export function createExecutions(sfn: SFNClient, machineArns: Readonly<Record<string, string>>): Executions {
  const arnOf = (machine: string) => {
    const arn = machineArns[machine];
    if (arn === undefined)
      throw new TidemarkError('CONFIGURATION_INVALID', `no ARN is configured for the state machine ${machine}`);
    return arn;
  };
  const executionArn = (machine: string, name: string) => `${arnOf(machine).replace(':stateMachine:', ':execution:')}:${name}`;
  return {
    async start(machine, name, input) {
      try {
        await sfn.send(new StartExecutionCommand({ stateMachineArn: arnOf(machine), name, input: JSON.stringify(input) }));
        return 'started';
      } catch (error) {
        if (isServiceError(error, 'ExecutionAlreadyExists')) return 'exists';
        throw translateError(`starting ${machine}`, error);
      }
    },
    async status(machine, name) {
      try {
        const found = await sfn.send(new DescribeExecutionCommand({ executionArn: executionArn(machine, name) }));
        return found.status as ExecutionStatus | undefined;
      } catch (error) {
        if (isServiceError(error, 'ExecutionDoesNotExist')) return undefined;
        throw translateError(`describing ${machine}`, error);
      }
    },
    async redrive(machine, name) {
      await calling(`redriving ${machine}`, () =>
        sfn.send(new RedriveExecutionCommand({ executionArn: executionArn(machine, name) })),
      );
    },
  };
}
