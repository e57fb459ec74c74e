import { isAbsolute, join } from 'node:path';
import type { EngineContext } from '../engine-context.ts';

/** One function, as plain data: what a deployment says about it. */
export interface FunctionSpec {
  readonly name: string;
  /** Absolute path of the folder that holds the bundle (`index.mjs` for the handler `index.handler`). */
  readonly bundleDir: string;
  /** `module.export`, for instance `index.handler`. */
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  /** At most this many instances at a time; further invocations wait. */
  readonly reservedConcurrency?: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Where its lines go, by name. Left out: `/aws/lambda/{name}`. */
  readonly logGroup?: string;
  /** Name of a role of the deployment. Left out: it may do everything. */
  readonly role?: string;
  /** Key of its environment, which its role needs to start. */
  readonly kmsKeyArn?: string;
  /** For asynchronous invocations: 0 to 2, AWS's default is 2. */
  readonly maximumRetryAttempts?: number;
  /** `s3://bucket/prefix` for what finally fails of the asynchronous invocations. */
  readonly failureDestination?: string;
}

const NAME = /^[A-Za-z0-9-_]{1,64}$/;
const HANDLER = /^([A-Za-z0-9_./-]+)\.([A-Za-z0-9_$]+)$/;
const DESTINATION = /^s3:\/\/([^/]+)\/?(.*)$/;
const LONGEST_TIMEOUT_MS = 900_000;

/** @throws Error that names the function and the field, before anything of it is deployed. */
export function checkFunctionSpec(spec: FunctionSpec): void {
  const refuse = (what: string): never => {
    throw new Error(`function ${spec.name}: ${what}`);
  };
  if (!NAME.test(spec.name)) refuse('the name must be 1 to 64 letters, digits, - or _');
  if (!isAbsolute(spec.bundleDir)) refuse('bundleDir must be an absolute path');
  if (!HANDLER.test(spec.handler) || spec.handler.split('/').includes('..')) {
    refuse('handler must look like index.handler');
  }
  if (!Number.isInteger(spec.memoryMb) || spec.memoryMb < 128 || spec.memoryMb > 10_240) {
    refuse('memoryMb must be a whole number from 128 to 10240');
  }
  if (!(spec.timeoutMs > 0 && spec.timeoutMs <= LONGEST_TIMEOUT_MS)) refuse('timeoutMs must be above 0 and at most 900000');
  if (spec.reservedConcurrency !== undefined && !(Number.isInteger(spec.reservedConcurrency) && spec.reservedConcurrency >= 1)) {
    refuse('reservedConcurrency must be a whole number of at least 1; leave it out for no limit of its own');
  }
  const retries = spec.maximumRetryAttempts ?? 2;
  if (![0, 1, 2].includes(retries)) refuse('maximumRetryAttempts must be 0, 1 or 2');
  if (spec.failureDestination !== undefined && !DESTINATION.test(spec.failureDestination)) {
    refuse('failureDestination must look like s3://bucket/prefix');
  }
}

export interface HandlerFile {
  readonly entry: string;
  readonly moduleName: string;
  readonly exportName: string;
}

export function handlerFile(spec: FunctionSpec): HandlerFile {
  const [, moduleName = '', exportName = ''] = HANDLER.exec(spec.handler) ?? [];
  return { entry: join(spec.bundleDir, `${moduleName}.mjs`), moduleName, exportName };
}

export function destinationOf(spec: Pick<FunctionSpec, 'failureDestination'>): { bucket: string; prefix: string } | undefined {
  const [, bucket = '', prefix = ''] = DESTINATION.exec(spec.failureDestination ?? '') ?? [];
  return bucket === '' ? undefined : { bucket, prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` };
}

export function functionArn(context: EngineContext, name: string): string {
  return `arn:aws:lambda:${context.region}:${context.account}:function:${name}`;
}

/** Takes a name, an ARN or a partial ARN, with or without `:$LATEST`; undefined for another version, which the engine never has. */
export function functionNameOf(nameOrArn: string): string | undefined {
  const [, name, qualifier] =
    /^(?:(?:arn:aws:lambda:[a-z0-9-]+:)?\d{12}:function:|function:)?([A-Za-z0-9-_]+)(?::(.+))?$/.exec(nameOrArn) ?? [];
  return qualifier === undefined || qualifier === '$LATEST' ? name : undefined;
}
