import { DescribeMapRun$, type DescribeMapRunInput, ListMapRuns$, type ListMapRunsInput } from '@aws-sdk/client-sfn';
import { operation } from '../../wire/service.ts';
import type { MapRunRow, StatusCount } from '../journal/rows.ts';
import type { Runtime } from '../run/runtime.ts';
import { findExecution, findMapRun } from './names.ts';
import { readPage } from './paging.ts';

export function mapRunOperations({ journal }: Runtime) {
  const describe = (input: DescribeMapRunInput) => {
    const mapRun = findMapRun(journal, input.mapRunArn as string);
    const counts = journal.executions.countChildren(mapRun.id);
    return {
      mapRunArn: mapRun.arn,
      executionArn: journal.executions.byId(mapRun.execution)?.arn,
      status: mapRun.status,
      startDate: new Date(mapRun.startMs),
      stopDate: optionalDate(mapRun.stopMs),
      maxConcurrency: mapRun.maxConcurrency,
      toleratedFailurePercentage: mapRun.toleratedPercentage ?? 0,
      toleratedFailureCount: mapRun.toleratedCount ?? 0,
      itemCounts: printCounts(counts, mapRun, 'items'),
      executionCounts: printCounts(counts, mapRun, 'executions'),
      redriveCount: mapRun.redriveCount,
      redriveDate: optionalDate(mapRun.redriveMs),
    };
  };

  const list = (input: ListMapRunsInput) => {
    const execution = findExecution(journal, input.executionArn as string);
    const { items, nextToken } = readPage(input, (limit, offset) => journal.mapRuns.ofExecution(execution.id, limit, offset));
    return {
      mapRuns: items.map((mapRun) => ({
        executionArn: execution.arn,
        mapRunArn: mapRun.arn,
        stateMachineArn: `${execution.machineArn}/${mapRun.arn.split('/').at(-1)?.split(':')[0]}`,
        startDate: new Date(mapRun.startMs),
        stopDate: optionalDate(mapRun.stopMs),
      })),
      nextToken,
    };
  };

  return { DescribeMapRun: operation(DescribeMapRun$, describe), ListMapRuns: operation(ListMapRuns$, list) };
}

function printCounts(counts: readonly StatusCount[], mapRun: MapRunRow, unit: 'items' | 'executions') {
  const of = (status: StatusCount['status']) => counts.find((count) => count.status === status)?.[unit] ?? 0;
  const pendingRedrive =
    counts.find((count) => count.status === 'PENDING')?.[unit === 'items' ? 'redrivenItems' : 'redriven'] ?? 0;
  return {
    pending: of('PENDING') - pendingRedrive,
    running: of('RUNNING'),
    succeeded: of('SUCCEEDED'),
    failed: of('FAILED'),
    timedOut: of('TIMED_OUT'),
    aborted: of('ABORTED'),
    total: counts.reduce((sum, count) => sum + count[unit], 0),
    resultsWritten: unit === 'executions' ? mapRun.resultsWritten : resultItems(counts, mapRun),
    failuresNotRedrivable: 0,
    pendingRedrive,
  };
}

/** Results are written for all children or for none. */
function resultItems(counts: readonly StatusCount[], mapRun: MapRunRow): number {
  return mapRun.resultsWritten === 0 ? 0 : counts.reduce((sum, count) => sum + count.items, 0);
}

function optionalDate(ms: number | null): Date | undefined {
  return ms === null ? undefined : new Date(ms);
}
