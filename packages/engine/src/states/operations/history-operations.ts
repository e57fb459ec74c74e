import { GetExecutionHistory$, type GetExecutionHistoryInput } from '@aws-sdk/client-sfn';
import { AwsError } from '../../wire/aws-error.ts';
import { operation } from '../../wire/service.ts';
import type { EventRow } from '../journal/rows.ts';
import type { Runtime } from '../run/runtime.ts';
import { findExecution } from './names.ts';
import { readPage } from './paging.ts';

export function historyOperations({ journal }: Runtime) {
  const getHistory = (input: GetExecutionHistoryInput) => {
    const execution = findExecution(journal, input.executionArn as string);
    if (execution.type === 'EXPRESS') {
      throw new AwsError('StateMachineTypeNotSupported', 'This operation is not supported by EXPRESS executions.');
    }
    const { items, nextToken } = readPage(input, (limit, offset) =>
      journal.events.list(execution.id, input.reverseOrder === true, limit, offset),
    );
    return { events: items.map((event) => printEvent(event, input.includeExecutionData !== false)), nextToken };
  };
  return { GetExecutionHistory: operation(GetExecutionHistory$, getHistory) };
}

function printEvent(event: EventRow, includeData: boolean) {
  const base = {
    timestamp: new Date(event.atMs),
    type: event.type,
    id: event.id,
    previousEventId: event.previous,
  };
  if (event.details === null) return base;
  const details = JSON.parse(event.details) as Record<string, unknown>;
  for (const name of ['input', 'output']) {
    if (details[name] === undefined) continue;
    if (includeData) details[`${name}Details`] = { truncated: false };
    else delete details[name];
  }
  return { ...base, [detailsField(event.type)]: details };
}

/** All states share the details of entering and leaving; every other event has its own. */
function detailsField(type: string): string {
  if (type.endsWith('StateEntered')) return 'stateEnteredEventDetails';
  if (type.endsWith('StateExited')) return 'stateExitedEventDetails';
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
}
