import {
  GetFunction$,
  type GetFunctionCommandInput,
  type GetFunctionCommandOutput,
  Invoke$,
  type InvokeCommandInput,
  type InvokeCommandOutput,
  ListFunctions$,
  type ListFunctionsCommandInput,
  type ListFunctionsCommandOutput,
} from '@aws-sdk/client-lambda';
import type { EngineContext } from '../engine-context.ts';
import { AwsError } from '../wire/aws-error.ts';
import { operation, type RequestContext, type Service } from '../wire/service.ts';
import type { DeployedFunction } from './deployed-function.ts';
import { functionArn, handlerFile } from './function-spec.ts';
import type { Outcome } from './instance.ts';
import type { LogTails } from './log-tails.ts';

/** What a client's command answers, without what the SDK adds on its side. */
type Answer<Output> = Omit<Output, '$metadata'>;

export interface LambdaBackend {
  find(nameOrArn: string): DeployedFunction;
  all(): DeployedFunction[];
  invokeText(nameOrArn: string, payload: string, requestId: string): Promise<Outcome>;
  acceptText(nameOrArn: string, payload: string, requestId: string): Promise<void>;
  readonly tails: LogTails;
}

export function createLambdaService(context: EngineContext, backend: LambdaBackend): Service {
  async function invoke(input: InvokeCommandInput, { requestId }: RequestContext): Promise<object> {
    refuseUnsupported(input);
    const functionName = input.FunctionName ?? '';
    const payload = jsonText(input.Payload as Uint8Array | undefined);
    switch (input.InvocationType ?? 'RequestResponse') {
      case 'DryRun':
        backend.find(functionName);
        return { StatusCode: 204 };
      case 'Event':
        void backend.acceptText(functionName, payload, requestId);
        return { StatusCode: 202 };
      case 'RequestResponse':
        return invokeAndWait(functionName, payload, requestId, input.LogType === 'Tail');
      default:
        throw new AwsError(
          'InvalidParameterValueException',
          `Unknown InvocationType ${input.InvocationType}: use RequestResponse, Event or DryRun.`,
        );
    }
  }

  async function invokeAndWait(functionName: string, payload: string, requestId: string, withTail: boolean): Promise<object> {
    if (withTail) backend.tails.begin(requestId);
    try {
      const outcome = await backend.invokeText(functionName, payload, requestId);
      return {
        StatusCode: 200,
        ExecutedVersion: '$LATEST',
        Payload: Buffer.from(outcome.payload),
        FunctionError: outcome.functionError,
        LogResult: withTail ? backend.tails.end(requestId) : undefined,
      } satisfies Partial<Record<keyof InvokeCommandOutput, unknown>>;
    } finally {
      if (withTail) backend.tails.end(requestId);
    }
  }

  function configurationOf(fn: DeployedFunction) {
    const spec = fn.spec();
    const code = fn.code();
    return {
      FunctionName: spec.name,
      FunctionArn: functionArn(context, spec.name),
      Runtime: 'nodejs24.x' as const,
      Role: `arn:aws:iam::${context.account}:role/${spec.role ?? spec.name}`,
      Handler: spec.handler,
      CodeSize: code.sizeBytes,
      CodeSha256: code.sha256Base64,
      Timeout: Math.ceil(spec.timeoutMs / 1000),
      MemorySize: spec.memoryMb,
      LastModified: new Date(code.modifiedMs).toISOString().replace('Z', '+0000'),
      Version: '$LATEST',
      Environment: { Variables: { ...spec.environment } },
      PackageType: 'Zip' as const,
      State: 'Active' as const,
      LastUpdateStatus: 'Successful' as const,
    };
  }

  return {
    name: 'lambda',
    protocol: 'restJson1',
    operations: {
      Invoke: operation<InvokeCommandInput, object>(Invoke$, invoke),
      GetFunction: operation<GetFunctionCommandInput, Answer<GetFunctionCommandOutput>>(GetFunction$, (input) => {
        const fn = backend.find(withQualifier(input.FunctionName ?? '', input.Qualifier));
        const reserved = fn.spec().reservedConcurrency;
        return {
          Configuration: configurationOf(fn),
          Code: { RepositoryType: 'File', Location: `file://${handlerFile(fn.spec()).entry}` },
          ...(reserved === undefined ? {} : { Concurrency: { ReservedConcurrentExecutions: reserved } }),
        };
      }),
      ListFunctions: operation<ListFunctionsCommandInput, Answer<ListFunctionsCommandOutput>>(ListFunctions$, (input) => {
        const after = input.Marker ?? '';
        const sorted = backend
          .all()
          .sort((a, b) => (a.spec().name < b.spec().name ? -1 : 1))
          .filter((fn) => fn.spec().name > after);
        const page = sorted.slice(0, input.MaxItems ?? 50);
        return {
          Functions: page.map(configurationOf),
          ...(page.length < sorted.length ? { NextMarker: page.at(-1)?.spec().name } : {}),
        };
      }),
    },
  };
}

function refuseUnsupported(input: InvokeCommandInput): void {
  for (const member of ['ClientContext', 'DurableExecutionName', 'TenantId'] as const) {
    if (input[member] !== undefined)
      throw new AwsError('InvalidParameterValueException', `${member} is not supported by the engine: leave it out.`);
  }
  withQualifier(input.FunctionName ?? '', input.Qualifier);
}

function withQualifier(functionName: string, qualifier: string | undefined): string {
  if (qualifier === undefined || qualifier === '$LATEST') return functionName;
  throw new AwsError(
    'ResourceNotFoundException',
    `Function not found: ${functionName}:${qualifier}. The engine has only $LATEST.`,
    404,
  );
}

function jsonText(payload: Uint8Array | undefined): string {
  if (payload === undefined || payload.length === 0) return '{}';
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8');
  try {
    JSON.parse(text);
    return text;
  } catch {
    throw new AwsError(
      'InvalidRequestContentException',
      'Could not parse request body into json: the payload must be one JSON value.',
    );
  }
}
