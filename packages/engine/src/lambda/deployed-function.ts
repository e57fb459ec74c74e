import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { EngineContext } from '../engine-context.ts';
import type { Access } from '../iam/access.ts';
import { impliedCalls } from '../iam/implied-calls.ts';
import { kmsRequests } from '../iam/requests/kms-requests.ts';
import { AwsError } from '../wire/aws-error.ts';
import { createBundleVersion } from './bundle-version.ts';
import { responseTooLarge } from './error-payload.ts';
import { functionEnvironment } from './function-environment.ts';
import { type FunctionSpec, functionArn, handlerFile } from './function-spec.ts';
import { type Outcome, startInstance } from './instance.ts';
import type { InstanceBudget } from './instance-budget.ts';
import { createInstancePool, type InstancePool } from './instance-pool.ts';

/** 6 MB and a little: Lambda's own number for what a synchronous answer may weigh. */
const RESPONSE_LIMIT_BYTES = 6_291_556;

export interface DeployedFunction {
  spec(): FunctionSpec;
  /** Instances of the older specification finish their work and go. */
  update(spec: FunctionSpec): void;
  concurrency(): number;
  run(requestId: string, payload: string): Promise<Outcome>;
  readonly pool: InstancePool;
  /** Of the bundle's file as it lies there now. */
  code(): { sha256Base64: string; sizeBytes: number; modifiedMs: number };
}

/** Where an instance's lines go in CloudWatch Logs. */
export interface LogPlace {
  readonly group: string;
  readonly stream: string;
}

export interface DeployedFunctionOptions {
  readonly environment: () => Record<string, string>;
  readonly access: Access;
  readonly budget: InstanceBudget;
  readonly compileCacheDir: string;
  readonly instancesPerFunction: number;
  readonly onLog: (functionName: string, requestId: string | undefined, text: string, place: LogPlace) => void;
  /** The platform's own line about an invocation: for the log, not for those who listen to the function. */
  readonly onReport: (functionName: string, requestId: string, line: string) => void;
}

export function createDeployedFunction(
  context: EngineContext,
  initial: FunctionSpec,
  options: DeployedFunctionOptions,
): DeployedFunction {
  let spec = initial;
  let generation = 0;
  let bundleVersion = createBundleVersion(handlerFile(spec).entry);
  const concurrency = () => Math.min(spec.reservedConcurrency ?? Number.POSITIVE_INFINITY, options.instancesPerFunction);

  const pool = createInstancePool({
    functionName: initial.name,
    limit: concurrency,
    version: () => `${generation}:${bundleVersion()}`,
    budget: options.budget,
    start() {
      const logs: LogPlace = {
        group: spec.logGroup ?? `/aws/lambda/${spec.name}`,
        stream: `[$LATEST]${randomUUID().replaceAll('-', '')}`,
      };
      return startInstance({
        data: {
          ...handlerFile(spec),
          functionName: spec.name,
          functionArn: functionArn(context, spec.name),
          memoryMb: spec.memoryMb,
          timeoutMs: spec.timeoutMs,
          logGroupName: logs.group,
          logStreamName: logs.stream,
          compileCacheDir: options.compileCacheDir,
        },
        environment: functionEnvironment(
          context,
          spec,
          options.environment(),
          logs,
          spec.role === undefined ? undefined : options.access.credentials(spec.role),
        ),
        onLog: (requestId, text) => options.onLog(spec.name, requestId, text, logs),
      });
    },
  });

  /** @throws AwsError as Invoke answers when the role may not use the key of its environment */
  function demandEnvironment(): void {
    const requests = kmsRequests(impliedCalls.decryptEnvironment, spec.kmsKeyArn, 'lambda', {
      'aws:lambda:FunctionArn': functionArn(context, spec.name),
    });
    const refusal = options.access.refusal(options.access.byRole(spec.role, spec.name), 'lambda.start', requests);
    if (refusal === undefined) return;
    const reason = `Lambda was unable to decrypt the environment variables because KMS access was denied: AccessDeniedException: ${refusal}`;
    throw new AwsError('KMSAccessDeniedException', reason, 502);
  }

  return {
    spec: () => spec,
    update(next) {
      if (JSON.stringify(next) === JSON.stringify(spec)) return;
      spec = next;
      generation += 1;
      bundleVersion = createBundleVersion(handlerFile(spec).entry);
    },
    concurrency,
    pool,
    async run(requestId, payload) {
      demandEnvironment();
      const startedMs = performance.now();
      const outcome = await pool.invoke(requestId, payload);
      const durationMs = (performance.now() - startedMs).toFixed(2);
      options.onReport(
        spec.name,
        requestId,
        `REPORT RequestId: ${requestId}\tDuration: ${durationMs} ms\tMemory Size: ${spec.memoryMb} MB`,
      );
      const mayBeTooLarge = outcome.payload.length * 3 > RESPONSE_LIMIT_BYTES;
      if (mayBeTooLarge && Buffer.byteLength(outcome.payload) > RESPONSE_LIMIT_BYTES) {
        return { payload: responseTooLarge(RESPONSE_LIMIT_BYTES), functionError: 'Unhandled' };
      }
      return outcome;
    },
    code() {
      const { entry } = handlerFile(spec);
      const bytes = readFileSync(entry);
      return {
        sha256Base64: createHash('sha256').update(bytes).digest('base64'),
        sizeBytes: bytes.length,
        modifiedMs: statSync(entry).mtimeMs,
      };
    },
  };
}
