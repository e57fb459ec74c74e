import { randomUUID } from 'node:crypto';
import { AwsError } from '../../wire/aws-error.ts';
import { exceedsPayloadLimit, PAYLOAD_LIMIT_BYTES } from '../asl/payload-limit.ts';
import { launch } from '../run/execute.ts';
import type { Runtime } from '../run/runtime.ts';
import { deleting } from './machine-rules.ts';
import { checkName, executionArn, findMachine } from './names.ts';

export interface StartExecutionRequest {
  readonly stateMachineArn?: string | undefined;
  readonly name?: string | undefined;
  /** JSON text. */
  readonly input?: string | undefined;
}

export interface StartedExecution {
  readonly executionArn: string;
  readonly startDate: Date;
}

/** Durable when it returns. The same name with the same input is the same execution for as long as that one runs. */
export function startExecution(runtime: Runtime, request: StartExecutionRequest): StartedExecution {
  const { context, journal } = runtime;
  const machine = findMachine(journal, request.stateMachineArn as string);
  if (machine.status === 'DELETING') throw deleting(machine.arn);
  const name = request.name ?? randomUUID();
  checkName(name);
  const input = request.input ?? '{}';
  checkInput(input);
  const arn = executionArn(machine.arn, name);
  const existing = journal.executions.byArn(arn);
  if (existing !== undefined) {
    const isRunning = existing.status === 'RUNNING' || existing.status === 'PENDING';
    if (!isRunning || existing.input !== input) {
      throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    }
    return { executionArn: arn, startDate: new Date(existing.startMs) };
  }
  const startMs = context.clock.nowMs();
  const id = journal.write('flushed', () =>
    journal.executions.add({
      arn,
      name,
      machineArn: machine.arn,
      revision: machine.revision,
      type: 'STANDARD',
      status: 'RUNNING',
      startMs,
      mapRun: null,
      itemIndex: null,
      itemCount: null,
      input,
    }),
  );
  const execution = journal.executions.byId(id);
  if (execution !== undefined) launch(runtime, execution);
  return { executionArn: arn, startDate: new Date(startMs) };
}

function checkInput(input: string): void {
  if (exceedsPayloadLimit(input)) {
    throw new AwsError('ValidationException', `The input of an execution must not be larger than ${PAYLOAD_LIMIT_BYTES} bytes.`);
  }
  try {
    JSON.parse(input);
  } catch {
    throw new AwsError('InvalidExecutionInput', 'Invalid State Machine Execution Input: it is not JSON.');
  }
}
