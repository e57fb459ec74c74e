/** ARNs and names, and the refusals that go with them. */
import type { EngineContext } from '../../engine-context.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { Journal } from '../journal/journal.ts';
import type { ExecutionRow, MachineRow, MapRunRow } from '../journal/rows.ts';

// White space, brackets, wildcards, special and control characters may not be in a name.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the service names them as forbidden
const FORBIDDEN = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f\ufffe\uffff]/;

export function checkName(name: string): void {
  if (name.length < 1 || name.length > 80 || FORBIDDEN.test(name)) {
    throw new AwsError('InvalidName', 'Invalid Name: a name has 1 to 80 characters, no white space and no special characters.');
  }
}

export function machineArn({ region, account }: EngineContext, name: string): string {
  return `arn:aws:states:${region}:${account}:stateMachine:${name}`;
}

export function executionArn(machine: string, name: string): string {
  return `${machine.replace(':stateMachine:', ':execution:')}:${name}`;
}

export function findMachine(journal: Journal, arn: string): MachineRow {
  checkArn(arn, 'stateMachine');
  const machine = journal.machines.find(arn);
  if (machine === undefined) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  return machine;
}

/** A child that has not begun is not there yet. */
export function findExecution(journal: Journal, arn: string): ExecutionRow {
  checkArn(arn, 'execution');
  const execution = journal.executions.byArn(arn);
  if (execution === undefined || (execution.status === 'PENDING' && execution.redriveCount === 0)) {
    throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  }
  return execution;
}

export function findMapRun(journal: Journal, arn: string): MapRunRow {
  checkArn(arn, 'mapRun');
  const mapRun = journal.mapRuns.byArn(arn);
  if (mapRun === undefined) throw new AwsError('ResourceNotFound', `Map Run Does Not Exist: '${arn}'`);
  return mapRun;
}

function checkArn(arn: string, kind: string): void {
  const [prefix, , service, , account, type, ...rest] = arn.split(':');
  const isArn =
    prefix === 'arn' && service === 'states' && /^\d{12}$/.test(account ?? '') && type === kind && rest.join('') !== '';
  if (!isArn) throw new AwsError('InvalidArn', `Invalid Arn: '${arn}' is not the ARN of a resource of the kind ${kind}.`);
}
