/** Runs executions, a few at a time, and writes down how each ends. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineContext } from '../../engine-context.ts';
import type { GlueStore } from '../../glue/glue-store.ts';
import type { Access } from '../../iam/access.ts';
import { demand } from '../../iam/demand.ts';
import { guardBuckets } from '../../iam/guard-buckets.ts';
import { guardGlue } from '../../iam/guard-glue.ts';
import { impliedCalls } from '../../iam/implied-calls.ts';
import type { Principal } from '../../iam/principal.ts';
import { bucketArn } from '../../iam/requests/s3-requests.ts';
import type { Buckets } from '../../ports.ts';
import { createDuck, type Duck, type DuckConnection } from '../duck/database.ts';
import { createParquetShapes } from '../scan/parquet-shapes.ts';
import { parseS3Uri } from '../scan/s3-uri.ts';
import { QueryError } from '../sql/query-error.ts';
import { type Execution, type Executions, INTERRUPTED, isOver } from './executions.ts';
import { runStatement } from './run-statement.ts';

/** More would only share two cores and the memory limit. */
const AT_ONCE = 3;

export interface QueryRunner {
  submit(execution: Execution): void;
  cancel(id: string): void;
  /** Resolves when the execution is over. */
  ended(id: string): Promise<void>;
  stop(): Promise<void>;
}

function demandBucketLocation(access: Access, principal: Principal | undefined, outputFolder: string): void {
  const [action] = impliedCalls.writeQueryResults.actions;
  const resource = bucketArn(parseS3Uri(outputFolder)?.bucket ?? '');
  demand(access, principal, 'athena.query', [{ action, resource }]);
}

export function createQueryRunner(
  context: EngineContext,
  parts: { readonly buckets: Buckets; readonly glue: GlueStore; readonly executions: Executions; readonly access: Access },
): QueryRunner {
  const { executions, access } = parts;
  const workDir = join(context.dataDir, 'athena-work');
  // What a killed process left behind.
  rmSync(workDir, { recursive: true, force: true });
  const shapes = createParquetShapes();
  const waiting: Execution[] = [];
  const running = new Map<string, DuckConnection | undefined>();
  const watchers = new Map<string, (() => void)[]>();
  let duck: Promise<Duck> | undefined;
  let stopped = false;

  const settle = (id: string) => {
    for (const watcher of watchers.get(id) ?? []) watcher();
    watchers.delete(id);
  };

  async function run(execution: Execution): Promise<void> {
    const { id } = execution;
    executions.change(id, { state: 'RUNNING', startedMs: context.clock.nowMs() });
    duck ??= createDuck(context.dataDir, workDir);
    const connection = await (await duck).connect();
    running.set(id, connection);
    if (stopped || isOver(executions.get(id)?.state ?? 'FAILED')) connection.interrupt();
    const principal = access.byRole(execution.role, 'AthenaQuery');
    try {
      const outcome = await runStatement(execution, {
        engine: context,
        buckets: guardBuckets(parts.buckets, access, principal, 'athena.query', { writesInParts: true }),
        glue: guardGlue(parts.glue, access, principal, context),
        shapes,
        connection,
        executionId: id,
        submittedMs: execution.submittedMs,
        database: execution.database,
        outputFolder: execution.outputFolder,
        mayWriteResults: () => demandBucketLocation(access, principal, execution.outputFolder),
        workDir: join(workDir, id),
      });
      executions.change(id, { state: 'SUCCEEDED', endedMs: context.clock.nowMs(), ...outcome });
    } finally {
      connection.close();
    }
  }

  function startNext(): void {
    while (!stopped && running.size < AT_ONCE) {
      const execution = waiting.shift();
      if (!execution) return;
      running.set(execution.id, undefined);
      run(execution)
        .catch((error: unknown) => {
          const reason = stopped
            ? INTERRUPTED
            : error instanceof QueryError
              ? error.message
              : `GENERIC_INTERNAL_ERROR: ${error instanceof Error ? error.name : 'unknown'}`;
          executions.change(execution.id, { state: 'FAILED', reason, endedMs: context.clock.nowMs() });
        })
        .finally(() => {
          running.delete(execution.id);
          settle(execution.id);
          startNext();
        });
    }
  }

  return {
    submit(execution) {
      waiting.push(execution);
      startNext();
    },
    cancel(id) {
      executions.change(id, { state: 'CANCELLED', reason: 'Query was cancelled', endedMs: context.clock.nowMs() });
      const position = waiting.findIndex((execution) => execution.id === id);
      if (position >= 0) {
        waiting.splice(position, 1);
        settle(id);
      }
      running.get(id)?.interrupt();
    },
    ended(id) {
      const execution = executions.get(id);
      if (!execution || (isOver(execution.state) && !running.has(id))) return Promise.resolve();
      return new Promise((resolve) => watchers.set(id, [...(watchers.get(id) ?? []), resolve]));
    },
    async stop() {
      stopped = true;
      waiting.length = 0;
      const rest = [...running.keys()].map((id) => this.ended(id));
      for (const connection of running.values()) connection?.interrupt();
      await Promise.all(rest);
      if (duck) (await duck).close();
    },
  };
}
