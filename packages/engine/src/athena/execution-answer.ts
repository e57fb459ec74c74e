/** A stored execution in GetQueryExecution's words. */
import type { QueryExecution } from '@aws-sdk/client-athena';
import type { Execution } from './run/executions.ts';

/** Category 2 is the user's, 1 the system's. */
const error = (reason: string) => ({
  ErrorCategory: reason.startsWith('GENERIC_INTERNAL_ERROR') ? 1 : 2,
  ErrorType: reason.startsWith('GENERIC_INTERNAL_ERROR') ? 401 : 1001,
  Retryable: false,
  ErrorMessage: reason,
});

export function executionAnswer(execution: Execution): QueryExecution {
  const { submittedMs, startedMs = submittedMs, endedMs } = execution;
  const ended = endedMs === undefined ? undefined : Math.max(0, endedMs - startedMs);
  return {
    QueryExecutionId: execution.id,
    Query: execution.query,
    ...(execution.parameters && { ExecutionParameters: [...execution.parameters] }),
    StatementType: execution.statementType,
    SubstatementType: execution.substatementType,
    ResultConfiguration: { OutputLocation: execution.outputLocation },
    QueryExecutionContext: { Database: execution.database, Catalog: execution.catalog },
    Status: {
      State: execution.state,
      SubmissionDateTime: new Date(submittedMs),
      ...(endedMs !== undefined && { CompletionDateTime: new Date(endedMs) }),
      ...(execution.reason !== undefined && { StateChangeReason: execution.reason }),
      ...(execution.state === 'FAILED' && { AthenaError: error(execution.reason ?? '') }),
    },
    Statistics: {
      DataScannedInBytes: execution.scannedBytes ?? 0,
      ...(ended !== undefined && {
        EngineExecutionTimeInMillis: ended,
        TotalExecutionTimeInMillis: Math.max(0, (endedMs ?? 0) - submittedMs),
      }),
      QueryQueueTimeInMillis: Math.max(0, startedMs - submittedMs),
      ...(execution.manifestLocation !== undefined && { DataManifestLocation: execution.manifestLocation }),
    },
    WorkGroup: execution.workGroup,
    EngineVersion: { SelectedEngineVersion: 'Athena engine version 3', EffectiveEngineVersion: 'Athena engine version 3' },
  };
}
