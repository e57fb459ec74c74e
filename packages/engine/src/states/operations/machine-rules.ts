/** What the operations on state machines check, and how a revision is told. */
import type { CreateStateMachineInput } from '@aws-sdk/client-sfn';
import { AwsError } from '../../wire/aws-error.ts';
import { checkDefinition } from '../asl/check-definition.ts';
import type { RevisionRow } from '../journal/rows.ts';

export function deleting(arn: string): AwsError {
  return new AwsError('StateMachineDeleting', `State Machine is being deleted: '${arn}'`);
}

/** The same creation once more is no error; another one under the name is. The role may differ. */
export function repeatCreate(createdMs: number, revision: RevisionRow, input: CreateStateMachineInput) {
  const isSame =
    revision.definition === input.definition &&
    revision.logging === printOptional(input.loggingConfiguration) &&
    revision.tracing === printOptional(input.tracingConfiguration);
  if (!isSame) throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${revision.machineArn}'`);
  return { stateMachineArn: revision.machineArn, creationDate: new Date(createdMs) };
}

/** @throws AwsError InvalidDefinition, naming every construct that the engine does not run */
export function checkMachineDefinition(definition: string): void {
  const found = checkDefinition(definition);
  if (found.length === 0) return;
  const text = found.map(({ code, message, location }) => `'${code}: ${message} at ${location}'`).join(', ');
  throw new AwsError('InvalidDefinition', `Invalid State Machine Definition: ${text}`);
}

/** What would change the answer and is not there is refused. */
export function refuseParameters(input: object, ...names: string[]): void {
  for (const name of names) {
    const value = (input as Record<string, unknown>)[name];
    if (value !== undefined && value !== false) {
      throw new AwsError('ValidationException', `The parameter '${name}' is not supported by the engine.`);
    }
  }
}

export function printOptional(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

export function printRevision(revision: RevisionRow) {
  return {
    definition: revision.definition,
    roleArn: revision.roleArn,
    revisionId: revision.revisionId,
    loggingConfiguration:
      revision.logging === null ? { level: 'OFF' as const, includeExecutionData: false } : JSON.parse(revision.logging),
    tracingConfiguration: revision.tracing === null ? { enabled: false } : JSON.parse(revision.tracing),
  };
}
