/** Executions: start, stop, redrive, describe, list. */
import {
  DescribeExecution$,
  type DescribeExecutionInput,
  ListExecutions$,
  type ListExecutionsInput,
  RedriveExecution$,
  type RedriveExecutionInput,
  StartExecution$,
  type StartExecutionInput,
  StopExecution$,
  type StopExecutionInput,
} from '@aws-sdk/client-sfn';
import { AwsError } from '../../wire/aws-error.ts';
import { operation } from '../../wire/service.ts';
import type { ExecutionFilter } from '../journal/execution-table.ts';
import type { ExecutionRow, StoredStatus } from '../journal/rows.ts';
import { launch } from '../run/execute.ts';
import type { Runtime } from '../run/runtime.ts';
import { findExecution, findMachine, findMapRun } from './names.ts';
import { readPage } from './paging.ts';
import { redriveStatus } from './redrive-status.ts';
import { startExecution } from './start-execution.ts';

const STATUSES = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'];

export function executionOperations(runtime: Runtime) {
  const { context, journal } = runtime;
  const mapRunArn = (execution: ExecutionRow) =>
    execution.mapRun === null ? undefined : journal.mapRuns.byId(execution.mapRun).arn;

  const stop = async (input: StopExecutionInput) => {
    const execution = findExecution(journal, input.executionArn as string);
    const running = runtime.running.get(execution.id);
    running?.stop(input.error, input.cause);
    await running?.ended;
    // What had ended before keeps its status and its date.
    const stopped = findExecution(journal, execution.arn);
    return { stopDate: new Date(stopped.stopMs ?? context.clock.nowMs()) };
  };

  const redrive = async (input: RedriveExecutionInput) => {
    const execution = findExecution(journal, input.executionArn as string);
    const { status, reason } = redriveStatus(execution, journal.events.lastId(execution.id));
    if (status !== 'REDRIVABLE') throw new AwsError('ExecutionNotRedrivable', `Execution cannot be redriven: ${reason}.`);
    const redriveMs = context.clock.nowMs();
    journal.write('flushed', () => journal.executions.redrive(execution.id, redriveMs));
    launch(runtime, journal.executions.byId(execution.id) as ExecutionRow);
    await runtime.running.get(execution.id)?.begun;
    return { redriveDate: new Date(redriveMs) };
  };

  const describe = (input: DescribeExecutionInput) => {
    const execution = findExecution(journal, input.executionArn as string);
    const redrivable = redriveStatus(execution, journal.events.lastId(execution.id));
    const isWhole = input.includedData !== 'METADATA_ONLY';
    return {
      ...printSummary(execution, mapRunArn(execution)),
      input: isWhole ? execution.input : undefined,
      inputDetails: { included: isWhole },
      output: isWhole ? (execution.output ?? undefined) : undefined,
      outputDetails: execution.output === null ? undefined : { included: isWhole },
      error: execution.error ?? undefined,
      cause: execution.cause ?? undefined,
      redriveStatus: redrivable.status,
      redriveStatusReason: redrivable.reason,
    };
  };

  const list = (input: ListExecutionsInput) => {
    const filter = readFilter(input);
    const { items, nextToken } = readPage(input, (limit, offset) => journal.executions.list(filter, limit, offset));
    return {
      executions: items.map((execution) => ({
        ...printSummary(execution, mapRunArn(execution)),
        itemCount: execution.itemCount ?? undefined,
      })),
      nextToken,
    };
  };

  const readFilter = (input: ListExecutionsInput): ExecutionFilter => {
    if ((input.stateMachineArn === undefined) === (input.mapRunArn === undefined)) {
      throw new AwsError('ValidationException', 'Exactly one of stateMachineArn and mapRunArn must be specified.');
    }
    if (input.statusFilter !== undefined && !STATUSES.includes(input.statusFilter)) {
      throw new AwsError('ValidationException', `The statusFilter must be one of ${STATUSES.join(', ')}.`);
    }
    const status = input.statusFilter as StoredStatus | undefined;
    const isRedriven = input.redriveFilter === undefined ? undefined : input.redriveFilter === 'REDRIVEN';
    const scope =
      input.mapRunArn === undefined
        ? { machineArn: findMachine(journal, input.stateMachineArn as string).arn }
        : { mapRun: findMapRun(journal, input.mapRunArn).id };
    return { ...scope, ...(status && { status }), ...(isRedriven !== undefined && { isRedriven }) };
  };

  return {
    StartExecution: operation(StartExecution$, (input: StartExecutionInput) => startExecution(runtime, input)),
    StopExecution: operation(StopExecution$, stop),
    RedriveExecution: operation(RedriveExecution$, redrive),
    DescribeExecution: operation(DescribeExecution$, describe),
    ListExecutions: operation(ListExecutions$, list),
  };
}

function printSummary(execution: ExecutionRow, mapRunArn: string | undefined) {
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.machineArn,
    name: execution.name,
    // Only a child is ever seen waiting for its redrive.
    status: execution.status === 'PENDING' ? ('PENDING_REDRIVE' as const) : execution.status,
    startDate: new Date(execution.startMs),
    stopDate: execution.stopMs === null ? undefined : new Date(execution.stopMs),
    redriveCount: execution.redriveCount,
    redriveDate: execution.redriveMs === null ? undefined : new Date(execution.redriveMs),
    mapRunArn,
  };
}
