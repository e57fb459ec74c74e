/**
 * Step Functions. An interpreter of the Amazon States Language whose every step is in a SQLite journal, so that what ran
 * when the process died goes on at the next start (docs/decisions/010).
 *
 * Gaps: JSONata, variables (Assign), task tokens, heartbeats, activities, Credentials, WriterConfig, other item readers
 * and other Task resources than Lambda and athena:startQueryExecution.sync: InvalidDefinition, naming the construct.
 * EXPRESS machines (as children of a distributed Map they run): StateMachineTypeNotSupported. Versions, aliases,
 * encryption: ValidationException. StartSyncExecution, UpdateMapRun, activities, TestState: UnknownOperationException.
 *
 * Differences by design: a task in flight when the process dies is invoked again; a query whose execution is stopped runs
 * on; logging and tracing configurations are kept and shown, nothing is written; histories are kept until their machine
 * is deleted; roles are not assumed; a Map with no Label gets the name of its state; at most 1,000 children run at
 * once; the result of a distributed Map without ResultWriter holds the outputs of the children that succeeded; an
 * asynchronous invocation of an unknown function is logged, not refused; trace headers are not kept.
 *
 * Client quirks: StartSyncExecution of the SDKs prefixes the host (`sync-`) and cannot reach an IP address.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineContext } from '../engine-context.ts';
import type { Service } from '../wire/service.ts';
import { type Journal, openJournal } from './journal/journal.ts';
import { executionOperations } from './operations/execution-operations.ts';
import { historyOperations } from './operations/history-operations.ts';
import { machineOperations } from './operations/machine-operations.ts';
import { mapRunOperations } from './operations/map-run-operations.ts';
import { type StartExecutionRequest, type StartedExecution, startExecution } from './operations/start-execution.ts';
import { tagOperations } from './operations/tag-operations.ts';
import { launch, runExecution } from './run/execute.ts';
import { createRuntime, type Ports } from './run/runtime.ts';

export interface States {
  readonly service: Service;
  /** Goes on with what had not ended when the last process did. */
  start(): void;
  isBusy(): boolean;
  /** Resolves when no execution runs. One that waits for a time is running. */
  idle(): Promise<void>;
  /** Leaves what runs as it is; nothing is written after it has resolved. */
  stop(): Promise<void>;
  /** StartExecution from the inside, for schedules. @throws AwsError as the operation does */
  startExecution(request: StartExecutionRequest): StartedExecution;
}

export function createStates(context: EngineContext, ports: Ports): States {
  const folder = join(context.dataDir, 'states');
  rmSync(join(folder, 'scratch'), { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return createStatesOver(openJournal(join(folder, 'states.db')), context, ports);
}

/** With a journal of the caller's, which `stop` closes. */
export function createStatesOver(journal: Journal, context: EngineContext, ports: Ports): States {
  const runtime = createRuntime(context, ports, journal, runExecution);
  return {
    service: {
      name: 'states',
      protocol: 'awsJson1_0',
      targetPrefix: 'AWSStepFunctions',
      operations: {
        ...machineOperations(runtime),
        ...tagOperations(runtime),
        ...executionOperations(runtime),
        ...historyOperations(runtime),
        ...mapRunOperations(runtime),
      },
    },
    start() {
      const unfinished = journal.executions.unfinished().filter(({ id }) => !runtime.running.has(id));
      for (const execution of unfinished) launch(runtime, execution);
      if (unfinished.length > 0) context.log(`states: going on with ${unfinished.length} executions`);
    },
    isBusy: () => runtime.running.size > 0,
    async idle() {
      while (runtime.running.size > 0) await Promise.all([...runtime.running.values()].map((each) => each.ended));
    },
    async stop() {
      const running = [...runtime.running.values()];
      for (const each of running) each.halt();
      await Promise.all(running.map((each) => each.ended));
      journal.close();
    },
    startExecution: (request) => startExecution(runtime, request),
  };
}
