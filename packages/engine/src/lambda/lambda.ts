/**
 * Lambda: functions from bundles on disk, run in worker threads.
 *
 * Gaps
 * - Operations: Invoke, GetFunction, ListFunctions, and those of event-source-mapping/; others answer
 *   UnknownOperationException. Functions come from the deployment, not from CreateFunction. Response streaming, layers,
 *   versions, aliases, client contexts and durable executions are refused by name.
 * - X-Ray gets no segments; `_X_AMZN_TRACE_ID` says that the trace is not sampled.
 *
 * Differences by design
 * - Where AWS would throttle (reserved concurrency used up) an invocation waits for its turn, up to 10,000 a function.
 * - An instance is not frozen between invocations. `TZ` is :UTC, but a thread shares its process's time zone.
 * - The memory limit bounds the JavaScript heap, not buffers.
 * - Asynchronous retries come after 1 and 2 s; an event does not age out after six hours.
 * - Lines go to a file a function in `logs/`, with a REPORT line an invocation, and to subscriptions: see logs/logs.ts.
 *
 * Client quirks
 * - The handler's console writes arrive here before its result: see instance-thread.mjs.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineContext } from '../engine-context.ts';
import { type Access, openAccess } from '../iam/access.ts';
import type { Buckets, Functions, InvocationResult } from '../ports.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { Service } from '../wire/service.ts';
import { createAsyncDispatcher } from './async-dispatcher.ts';
import { openAsyncOutbox } from './async-outbox.ts';
import { createDeployedFunction, type DeployedFunction, type LogPlace } from './deployed-function.ts';
import { failureBuckets } from './failure-buckets.ts';
import { putFailureRecord } from './failure-record.ts';
import { createFunctionLogs } from './function-logs.ts';
import { checkFunctionSpec, type FunctionSpec, functionArn, functionNameOf } from './function-spec.ts';
import type { Outcome } from './instance.ts';
import { createInstanceBudget, type InstanceLimits, limitsForThisMachine } from './instance-budget.ts';
import { createLambdaService } from './lambda-service.ts';
import { createLogTails } from './log-tails.ts';
import { createWorkGauge } from './work-gauge.ts';

export interface LambdaOptions {
  /** `AWS_ENDPOINT_URL` and the like; asked when an instance starts, so it may be known only after the engine listens. */
  readonly environment: () => Record<string, string>;
  /** Where failure destinations are written. */
  readonly buckets: Buckets;
  readonly access?: Access;
  /** Every line that a function prints, whole, before the invocation's result is known to its caller. */
  readonly onLog?: (functionName: string, requestId: string | undefined, line: string, place: LogPlace) => void;
  /** Where compiled bundles are kept for the next instance; default: in the data directory. */
  readonly compileCacheDir?: string;
  readonly instances?: InstanceLimits;
  readonly retireIdleAfterMs?: number;
}

export interface Lambda {
  readonly service: Service;
  readonly functions: Functions;
  /** The same specification again changes nothing. Takes up the function's unsettled asynchronous invocations. */
  deploy(spec: FunctionSpec): void;
  /** An event from another service: durable when it resolves, invoked after that. @throws AwsError as invokeAsync */
  deliver(functionArn: string, event: unknown): Promise<void>;
  /** Name of the role that a deployed function has. */
  roleOf(functionName: string): string | undefined;
  isBusy(): boolean;
  /** Resolves when nothing runs and every accepted asynchronous invocation is settled. */
  idle(): Promise<void>;
  /** Instances now alive, over all functions. */
  instanceCount(): number;
  start(): void;
  stop(): Promise<void>;
}

const SYNC_LIMIT_BYTES = 6_291_456;
const ASYNC_LIMIT_BYTES = 1_048_576;
const RETIRE_IDLE_AFTER_MS = 120_000;

export function createLambda(context: EngineContext, options: LambdaOptions): Lambda {
  const { access = openAccess } = options;
  const directory = join(context.dataDir, 'lambda');
  mkdirSync(directory, { recursive: true });
  const outbox = openAsyncOutbox(join(directory, 'outbox.db'));
  const gauge = createWorkGauge();
  const dispatcher = createAsyncDispatcher(context, outbox, gauge);
  const logs = createFunctionLogs(join(context.dataDir, 'logs'), context.clock);
  const tails = createLogTails();
  const limits = options.instances ?? limitsForThisMachine();
  const budget = createInstanceBudget(limits.total);
  const deployed = new Map<string, DeployedFunction>();
  const retireAfterMs = options.retireIdleAfterMs ?? RETIRE_IDLE_AFTER_MS;
  let sweep: NodeJS.Timeout | undefined;

  const find = (nameOrArn: string): DeployedFunction => {
    const fn = deployed.get(functionNameOf(nameOrArn) ?? '');
    if (fn) return fn;
    const arn = nameOrArn.startsWith('arn:') ? nameOrArn : functionArn(context, nameOrArn);
    throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, 404);
  };
  const record = (functionName: string, requestId: string | undefined, line: string) => {
    logs.append(functionName, requestId, line);
    tails.append(requestId, line);
  };
  const onLog = (functionName: string, requestId: string | undefined, text: string, place: LogPlace) => {
    for (const line of text.split('\n')) {
      record(functionName, requestId, line);
      options.onLog?.(functionName, requestId, line, place);
    }
  };
  const invokeText = async (nameOrArn: string, payload: string, requestId: string): Promise<Outcome> => {
    const fn = find(nameOrArn);
    checkSize(payload, 'RequestResponse', SYNC_LIMIT_BYTES);
    gauge.begin();
    try {
      return await fn.run(requestId, payload);
    } finally {
      gauge.end();
    }
  };
  /** Synchronous up to the commit: an error thrown here means that nothing was accepted. */
  const acceptText = (nameOrArn: string, payload: string, requestId: string): Promise<void> => {
    const fn = find(nameOrArn);
    checkSize(payload, 'Event', ASYNC_LIMIT_BYTES);
    return dispatcher.accept(fn.spec().name, requestId, payload);
  };

  const functions: Functions = {
    async invoke(functionName, payload): Promise<InvocationResult> {
      const requestId = randomUUID();
      return { ...(await invokeText(functionName, JSON.stringify(payload) ?? 'null', requestId)), requestId };
    },
    async invokeAsync(functionName, payload) {
      await acceptText(functionName, JSON.stringify(payload) ?? 'null', randomUUID());
    },
  };

  return {
    functions,
    service: createLambdaService(context, { find, all: () => [...deployed.values()], invokeText, acceptText, tails }),
    deploy(spec) {
      checkFunctionSpec(spec);
      const known = deployed.get(spec.name);
      if (known) return known.update(spec);
      const fn = createDeployedFunction(context, spec, {
        environment: options.environment,
        access,
        budget,
        compileCacheDir: options.compileCacheDir ?? join(context.dataDir, 'compile-cache'),
        instancesPerFunction: limits.perFunction,
        onLog,
        onReport: record,
      });
      deployed.set(spec.name, fn);
      dispatcher.attach({
        name: spec.name,
        run: fn.run,
        concurrency: fn.concurrency,
        maximumRetryAttempts: () => fn.spec().maximumRetryAttempts ?? 2,
        failed: (invocation, attempts, outcome) =>
          putFailureRecord(context, failureBuckets(options.buckets, access, fn.spec()), fn.spec(), invocation, attempts, outcome),
      });
    },
    async deliver(functionArn, event) {
      void acceptText(functionArn, JSON.stringify(event), randomUUID());
    },
    roleOf: (functionName) => deployed.get(functionName)?.spec().role,
    isBusy: gauge.isBusy,
    idle: gauge.idle,
    instanceCount: () => [...deployed.values()].reduce((sum, { pool }) => sum + pool.size(), 0),
    start() {
      const everyMs = Math.max(retireAfterMs / 4, 50);
      sweep ??= setInterval(() => {
        for (const { pool } of deployed.values()) pool.retireIdle(retireAfterMs);
      }, everyMs).unref();
    },
    async stop() {
      clearInterval(sweep);
      dispatcher.stop();
      await Promise.all([...deployed.values()].map(({ pool }) => pool.close()));
      logs.close();
      outbox.close();
    },
  };
}

function checkSize(payload: string, invocationType: string, limitBytes: number): void {
  if (payload.length * 3 <= limitBytes) return;
  const sizeBytes = Buffer.byteLength(payload);
  if (sizeBytes <= limitBytes) return;
  throw new AwsError(
    'RequestTooLargeException',
    `${sizeBytes} byte payload is too large for the ${invocationType} invocation type (limit ${limitBytes} bytes)`,
    413,
  );
}
