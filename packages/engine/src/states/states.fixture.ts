/** Step Functions over fakes: functions are plain functions, buckets are a folder, time stands still unless moved. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { EngineContext } from '../engine-context.ts';
import type { Buckets, Functions, InvocationResult, Queries, StoredObject } from '../ports.ts';
import { profiles } from '../settings.ts';
import { createEngineClock } from '../time/engine-clock.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { RequestContext } from '../wire/service.ts';
import type { Json } from './asl/json.ts';
import type { Ports } from './run/runtime.ts';
import { createStates, type States } from './states.ts';

/** Throws to fail: the error's name is the errorType. */
type FakeFunction = (payload: Json, name: string) => Json | Promise<Json>;

export interface Bench {
  readonly context: EngineContext;
  readonly ports: Ports;
  readonly logs: string[];
  /** Lets due timers of the engine's time run. */
  advance(ms: number): void;
  /** The payloads of all invocations, in order. */
  readonly invoked: { readonly name: string; readonly payload: Json }[];
  readonly functions: Map<string, FakeFunction>;
  readonly queries: { run: Queries['run'] };
  putObject(bucket: string, key: string, body: string): Promise<StoredObject>;
  readObject(bucket: string, key: string): string;
}

export function createBench(): Bench {
  const dataDir = mkdtempSync(join(tmpdir(), 'states-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const clock = createEngineClock(() => 1_750_000_000_000);
  const logs: string[] = [];
  const context: EngineContext = {
    dataDir,
    clock,
    settings: profiles.default,
    account: '123456789012',
    region: 'eu-central-1',
    random: () => 0.5,
    log: (line) => void logs.push(line),
  };
  const functions = new Map<string, FakeFunction>();
  const invoked: { name: string; payload: Json }[] = [];
  const queries: { run: Queries['run'] } = { run: async () => Promise.reject(new Error('No query was expected.')) };
  const buckets = createFakeBuckets(dataDir, () => clock.nowMs());
  return {
    context,
    ports: {
      functions: createFakeFunctions(functions, invoked),
      queries: { run: (input) => queries.run(input) },
      buckets,
    },
    logs,
    advance: (ms) => clock.advance(ms),
    invoked,
    functions,
    queries,
    putObject: (bucket, key, body) => buckets.put(bucket, key, Buffer.from(body)),
    readObject: (bucket, key) => buckets.read(bucket, key),
  };
}

export function startStates(bench: Bench): States {
  const states = createStates(bench.context, bench.ports);
  states.start();
  onTestFinished(() => states.stop().catch(() => undefined));
  return states;
}

/** Calls an operation as the wire layer would. */
export async function call<T = Record<string, never>>(states: States, name: string, input: object = {}): Promise<T> {
  const request: RequestContext = { requestId: 'r', region: 'eu-central-1', accessKeyId: undefined };
  return (await states.service.operations[name]?.handle(input as never, request)) as T;
}

export async function createMachine(states: States, definition: object, name = 'machine'): Promise<string> {
  const input = { name, definition: JSON.stringify(definition), roleArn: 'arn:aws:iam::123456789012:role/states' };
  return (await call<{ stateMachineArn: string }>(states, 'CreateStateMachine', input)).stateMachineArn;
}

export interface Described {
  readonly status: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly startDate: Date;
  readonly stopDate?: Date;
  readonly redriveCount: number;
  readonly redriveStatus: string;
  readonly mapRunArn?: string;
}

/** Waits until the execution has ended, without moving time. */
export async function waitForEnd(states: States, executionArn: string): Promise<Described> {
  for (let turns = 0; turns < 100_000; turns += 1) {
    const execution = await call<Described>(states, 'DescribeExecution', { executionArn });
    if (execution.status !== 'RUNNING') return execution;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`${executionArn} does not end.`);
}

/** Gives everything that is ready its turn. */
export async function settle(turns = 30): Promise<void> {
  for (let i = 0; i < turns; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Creates, runs and describes in one. */
export async function runMachine(
  states: States,
  definition: object,
  input: Json = {},
  name: string = randomUUID(),
): Promise<Described & { arn: string }> {
  const stateMachineArn = await createMachine(states, definition, name);
  const { executionArn } = states.startExecution({ stateMachineArn, input: JSON.stringify(input) });
  return { ...(await waitForEnd(states, executionArn)), arn: executionArn };
}

interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly type: string;
  readonly [details: string]: unknown;
}

export async function readHistory(states: States, executionArn: string): Promise<HistoryEvent[]> {
  return (await call<{ events: HistoryEvent[] }>(states, 'GetExecutionHistory', { executionArn, maxResults: 1_000 })).events;
}

export const invokeTask = (functionName: string, more: object = { End: true }) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName: functionName, 'Payload.$': '$' },
  OutputPath: '$.Payload',
  ...more,
});

/** A machine, branch or item processor of one state; names must differ within a machine. */
export const only = (state: object, name = 'Only') => ({ StartAt: name, States: { [name]: { End: true, ...state } } });

function createFakeFunctions(functions: Map<string, FakeFunction>, invoked: { name: string; payload: Json }[]): Functions {
  const invoke = async (name: string, payload: unknown): Promise<InvocationResult> => {
    const known = functions.get(name.split(':').at(-1) as string);
    if (known === undefined) throw new AwsError('ResourceNotFoundException', `Function not found: ${name}`, 404);
    invoked.push({ name, payload: payload as Json });
    try {
      return { payload: JSON.stringify((await known(payload as Json, name)) ?? null), requestId: 'r' };
    } catch (error) {
      const { name: errorType, message: errorMessage } = error as Error;
      return { payload: JSON.stringify({ errorType, errorMessage, trace: [] }), functionError: 'Unhandled', requestId: 'r' };
    }
  };
  return { invoke, invokeAsync: async (name, payload) => void (await invoke(name, payload)) };
}

function createFakeBuckets(dataDir: string, nowMs: () => number): Buckets & { read(bucket: string, key: string): string } {
  const objects = new Map<string, StoredObject>();
  let count = 0;
  const store = (bucket: string, key: string, file: string) => {
    const stored = {
      key,
      versionId: undefined,
      etag: `e${count}`,
      sizeBytes: statSync(file).size,
      lastModifiedMs: nowMs(),
      file,
    };
    objects.set(`${bucket}/${key}`, stored);
    return stored;
  };
  const nextFile = () => join(dataDir, `object-${++count}`);
  return {
    ensureBucket: () => {},
    async put(bucket, key, body) {
      const file = nextFile();
      writeFileSync(file, body);
      return store(bucket, key, file);
    },
    async adopt(bucket, key, file) {
      if (bucket === 'missing') throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404);
      const own = nextFile();
      renameSync(file, own);
      return store(bucket, key, own);
    },
    head: (bucket, key) => objects.get(`${bucket}/${key}`),
    list: (bucket, prefix) =>
      [...objects]
        .filter(([path, { key }]) => path === `${bucket}/${key}` && key.startsWith(prefix))
        .map(([, object]) => object)
        .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))),
    async remove(bucket, key) {
      objects.delete(`${bucket}/${key}`);
    },
    read(bucket, key) {
      const object = objects.get(`${bucket}/${key}`);
      if (object === undefined) throw new Error(`There is no s3://${bucket}/${key}.`);
      return readFileSync(object.file, 'utf8');
    },
  };
}
