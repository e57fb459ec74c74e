/** State machines: create, update, describe, list, delete, validate, tag. */
import { randomUUID } from 'node:crypto';
import {
  CreateStateMachine$,
  type CreateStateMachineInput,
  DeleteStateMachine$,
  type DeleteStateMachineInput,
  DescribeStateMachine$,
  DescribeStateMachineForExecution$,
  type DescribeStateMachineForExecutionInput,
  type DescribeStateMachineInput,
  ListStateMachines$,
  type ListStateMachinesInput,
  UpdateStateMachine$,
  type UpdateStateMachineInput,
  ValidateStateMachineDefinition$,
  type ValidateStateMachineDefinitionInput,
} from '@aws-sdk/client-sfn';
import { AwsError } from '../../wire/aws-error.ts';
import { operation } from '../../wire/service.ts';
import { checkDefinition } from '../asl/check-definition.ts';
import type { Runtime } from '../run/runtime.ts';
import {
  checkMachineDefinition,
  deleting,
  printOptional,
  printRevision,
  refuseParameters,
  repeatCreate,
} from './machine-rules.ts';
import { checkName, findExecution, findMachine, machineArn } from './names.ts';
import { readPage } from './paging.ts';

export function machineOperations({ context, journal }: Runtime) {
  const { machines, executions } = journal;

  const create = (input: CreateStateMachineInput) => {
    const name = input.name as string;
    checkName(name);
    refuseParameters(input, 'publish', 'versionDescription', 'encryptionConfiguration');
    if ((input.type ?? 'STANDARD') !== 'STANDARD') {
      throw new AwsError(
        'StateMachineTypeNotSupported',
        'The engine runs EXPRESS only as children of a distributed Map; create the machine as STANDARD.',
      );
    }
    checkMachineDefinition(input.definition as string);
    const arn = machineArn(context, name);
    const found = machines.find(arn);
    if (found !== undefined) return repeatCreate(found.createdMs, machines.revision(found.revision), input);
    const nowMs = context.clock.nowMs();
    journal.write('flushed', () => {
      machines.save(name, {
        revisionId: randomUUID(),
        machineArn: arn,
        roleArn: input.roleArn as string,
        createdMs: nowMs,
        logging: printOptional(input.loggingConfiguration),
        tracing: printOptional(input.tracingConfiguration),
        definition: input.definition as string,
      });
      machines.tag(
        arn,
        (input.tags ?? []).map(({ key = '', value = '' }) => ({ key, value })),
      );
    });
    return { stateMachineArn: arn, creationDate: new Date(nowMs) };
  };

  const update = (input: UpdateStateMachineInput) => {
    const machine = findMachine(journal, input.stateMachineArn as string);
    refuseParameters(input, 'publish', 'versionDescription', 'encryptionConfiguration');
    if (machine.status === 'DELETING') throw deleting(machine.arn);
    const changes = [input.definition, input.roleArn, input.loggingConfiguration, input.tracingConfiguration];
    if (changes.every((change) => change === undefined)) {
      throw new AwsError(
        'MissingRequiredParameter',
        'Either the definition, the role ARN, the logging or the tracing configuration must be specified',
      );
    }
    if (input.definition !== undefined) checkMachineDefinition(input.definition);
    const { id: _id, ...current } = machines.revision(machine.revision);
    const nowMs = context.clock.nowMs();
    const revision = {
      ...current,
      revisionId: randomUUID(),
      roleArn: input.roleArn ?? current.roleArn,
      createdMs: nowMs,
      logging: printOptional(input.loggingConfiguration) ?? current.logging,
      tracing: printOptional(input.tracingConfiguration) ?? current.tracing,
      definition: input.definition ?? current.definition,
    };
    journal.write('flushed', () => machines.save(machine.name, revision));
    return { updateDate: new Date(nowMs), revisionId: revision.revisionId };
  };

  const describe = (input: DescribeStateMachineInput) => {
    const machine = findMachine(journal, input.stateMachineArn as string);
    return {
      stateMachineArn: machine.arn,
      name: machine.name,
      status: machine.status,
      type: 'STANDARD' as const,
      creationDate: new Date(machine.createdMs),
      ...printRevision(machines.revision(machine.revision)),
    };
  };

  const describeForExecution = (input: DescribeStateMachineForExecutionInput) => {
    const execution = findExecution(journal, input.executionArn as string);
    const revision = machines.revision(execution.revision);
    const mapRun = execution.mapRun === null ? undefined : journal.mapRuns.byId(execution.mapRun);
    return {
      stateMachineArn: revision.machineArn,
      name: revision.machineArn.split(':').at(-1) as string,
      updateDate: new Date(revision.createdMs),
      ...printRevision(revision),
      ...(mapRun === undefined ? {} : { mapRunArn: mapRun.arn, label: execution.machineArn.split('/').at(-1) }),
    };
  };

  const list = (input: ListStateMachinesInput) => {
    const { items, nextToken } = readPage(input, (limit, offset) => machines.list(limit, offset));
    return {
      stateMachines: items.map((machine) => ({
        stateMachineArn: machine.arn,
        name: machine.name,
        type: 'STANDARD' as const,
        creationDate: new Date(machine.createdMs),
      })),
      nextToken,
    };
  };

  /** Also answers well when there is no such machine, as AWS does. */
  const remove = (input: DeleteStateMachineInput) => {
    const arn = input.stateMachineArn as string;
    if (machines.find(arn) === undefined) return {};
    journal.write('flushed', () => {
      if (executions.hasRunning(arn)) machines.markDeleting(arn);
      else machines.remove(arn);
    });
    return {};
  };

  const validate = (input: ValidateStateMachineDefinitionInput) => {
    const most = input.maxResults || 100;
    const found = checkDefinition(input.definition as string);
    return {
      result: found.length === 0 ? ('OK' as const) : ('FAIL' as const),
      diagnostics: found.slice(0, most).map((each) => ({ severity: 'ERROR' as const, ...each })),
      truncated: found.length > most,
    };
  };

  return {
    CreateStateMachine: operation(CreateStateMachine$, create),
    UpdateStateMachine: operation(UpdateStateMachine$, update),
    DescribeStateMachine: operation(DescribeStateMachine$, describe),
    DescribeStateMachineForExecution: operation(DescribeStateMachineForExecution$, describeForExecution),
    ListStateMachines: operation(ListStateMachines$, list),
    DeleteStateMachine: operation(DeleteStateMachine$, remove),
    ValidateStateMachineDefinition: operation(ValidateStateMachineDefinition$, validate),
  };
}
