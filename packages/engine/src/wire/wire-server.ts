/**
 * The engine's one port for every AWS service. Recognise → read → decode by schema → handle → encode by schema.
 *
 * Gaps: signatures are not checked; rpc-v2-cbor, event streams and streaming payloads are not spoken
 *   (UnknownOperationException).
 * Differences by design: dates in answers are the engine's time; binds 127.0.0.1 only.
 * Client quirks: JS Kinesis speaks cleartext HTTP/2; clients retry 5xx, so what is unknown is a 4xx; error names go in
 *   `x-amzn-errortype` (restJson) and in `__type` (awsJson), and both are always sent; boto reads `message` or `Message`.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EngineContext } from '../engine-context.ts';
import { type Access, openAccess } from '../iam/access.ts';
import type { AccessRequest } from '../iam/decide.ts';
import { AwsError } from './aws-error.ts';
import { decodeQueryInput, printQueryError, printQueryOutput } from './aws-query.ts';
import { parseCaller } from './caller.ts';
import { createProtocolPort } from './protocol-port.ts';
import { readRequestBody } from './request-body.ts';
import type { Operation, RequestContext, Service } from './service.ts';
import { type CompiledOperation, createServiceDirectory, type RequestHead } from './service-directory.ts';
import { ShapeFault } from './shape-fault.ts';
import type { WireRequest, WireResponse } from './wire-call.ts';

export interface WireServer {
  /** 0 takes a free port. Resolves to the port. */
  listen(port: number): Promise<number>;
  /** Also ends the connections that clients keep open. */
  close(): Promise<void>;
}

export interface WireServerOptions {
  readonly services: readonly Service[];
  /** Takes what no service claims, body unread: S3. */
  readonly fallback: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
  readonly context: EngineContext;
  /** Who may do what; left out, nobody is asked. */
  readonly access?: Access;
  readonly requestsOf?: (service: string, operation: string, input: unknown) => readonly AccessRequest[];
}

const noBody = Buffer.alloc(0);

export function createWireServer(options: WireServerOptions): WireServer {
  const { services, fallback, context, access = openAccess, requestsOf = () => [] } = options;
  const recognise = createServiceDirectory(services);
  const httpDate = createHttpDate(context);

  return createProtocolPort((request, response) => {
    serve(request, response).catch((error: unknown) => {
      // Only what went wrong beside a handler comes here: the client left, or the fallback threw.
      if (!request.destroyed) context.log(`wire: ${describe(error)}`);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const head = readHead(request);
    const recognised = recognise(head);
    if (recognised.kind === 'fallback') return fallback(request, response);
    const requestContext: RequestContext = {
      requestId: randomUUID(),
      region: head.caller.region ?? context.region,
      accessKeyId: head.caller.accessKeyId,
      principal: access.byAccessKey(head.caller.accessKeyId),
    };
    let answer: WireResponse;
    try {
      const wireRequest: WireRequest = {
        queryText: head.queryText,
        headers: request.headers,
        body: hasBody(request) ? await readRequestBody(request) : noBody,
      };
      if (recognised.kind === 'query') answer = await callQuery(recognised.services, wireRequest, requestContext);
      else if (recognised.kind === 'unknown')
        answer = errorAnswer(
          new AwsError('UnknownOperationException', `The engine does not know ${recognised.what}.`, recognised.status),
        );
      else {
        const called = call(recognised.operation, wireRequest, recognised.labels, requestContext);
        answer = called instanceof Promise ? await called : called;
      }
    } catch (error) {
      answer = errorAnswer(toAwsError(error, 'ValidationException', 'wire'));
    }
    response.sendDate = false;
    response.writeHead(answer.status, {
      ...answer.headers,
      date: httpDate(),
      'x-amzn-requestid': requestContext.requestId,
      'content-length': Buffer.byteLength(answer.body),
    });
    response.end(answer.body);
  }

  function call(
    operation: CompiledOperation,
    request: WireRequest,
    labels: Readonly<Record<string, string>>,
    requestContext: RequestContext,
  ): WireResponse | Promise<WireResponse> {
    const { service } = operation;
    const refuse = (error: unknown) =>
      errorAnswer(
        toAwsError(error, service.validationErrorCode ?? 'ValidationException', `${service.name}.${operation.name}`),
        service,
      );
    try {
      const input = operation.decode(request, labels);
      authorize(service, operation.name, input, requestContext);
      const output = operation.handle(input, requestContext);
      if (output instanceof Promise) return output.then((value) => operation.encode(value)).catch(refuse);
      return operation.encode(output);
    } catch (error) {
      return refuse(error);
    }
  }

  async function callQuery(
    candidates: readonly Service[],
    request: WireRequest,
    requestContext: RequestContext,
  ): Promise<WireResponse> {
    const form = new URLSearchParams(request.body.toString('utf8'));
    const action = form.get('Action') ?? '';
    const service = candidates.find((candidate) => Object.hasOwn(candidate.operations, action)) ?? (candidates[0] as Service);
    const namespace = `https://${service.name}.amazonaws.com/doc/${service.apiVersion}/`;
    const headers = { 'content-type': 'text/xml' };
    try {
      const operation = Object.hasOwn(service.operations, action)
        ? (service.operations[action] as Operation | undefined)
        : undefined;
      if (!operation)
        throw new AwsError('InvalidAction', `Could not find operation ${action} for version ${service.apiVersion}`, 400);
      const input = decodeQueryInput(operation.schema, form);
      authorize(service, action, input, requestContext);
      const output = await operation.handle(input as never, requestContext);
      return { status: 200, headers, body: printQueryOutput(operation.schema, output, namespace, requestContext.requestId) };
    } catch (error) {
      const { code, message, status } = toAwsError(error, 'ValidationError', `${service.name}.${action}`);
      return { status, headers, body: printQueryError(code, message, status, namespace, requestContext.requestId) };
    }
  }

  /** Each protocol has its own name and status for the same refusal; KMS behind Kinesis has a name of its own. */
  function authorize(service: Service, operation: string, input: unknown, { principal }: RequestContext): void {
    if (principal === undefined) return;
    const call = `${service.name}.${operation}`;
    for (const request of requestsOf(service.name, operation, input)) {
      const refusal = access.refusal(principal, call, [request]);
      if (refusal === undefined) continue;
      if (service.protocol === 'awsQuery') throw new AwsError('AccessDenied', refusal, 403);
      const isKey = service.name === 'kinesis' && request.action.startsWith('kms:');
      const code = isKey ? 'KMSAccessDeniedException' : 'AccessDeniedException';
      throw new AwsError(code, refusal, service.protocol === 'restJson1' ? 403 : 400);
    }
  }

  function toAwsError(error: unknown, validationErrorCode: string, where: string): AwsError {
    if (error instanceof AwsError) return error;
    if (error instanceof ShapeFault)
      return new AwsError(error.kind === 'missing' ? validationErrorCode : 'SerializationException', error.describe());
    if (error instanceof RangeError && /call stack/.test(error.message))
      return new AwsError('SerializationException', 'The request body is nested too deeply.');
    context.log(`${where}: ${describe(error)}`);
    return new AwsError('InternalFailure', 'Internal server error. Please try again later.', 500);
  }
}

function readHead(request: IncomingMessage): RequestHead {
  const url = request.url ?? '/';
  const question = url.indexOf('?');
  const queryText = question < 0 ? '' : url.slice(question + 1);
  return {
    method: request.method ?? 'GET',
    path: question < 0 ? url : url.slice(0, question),
    queryText,
    target: request.headers['x-amz-target'] as string | undefined,
    contentType: request.headers['content-type'],
    caller: parseCaller(request.headers.authorization, queryText),
  };
}

/** HTTP/2 bodies need no length, so only an HTTP/1.1 request says by its headers that it has none. */
const hasBody = (request: IncomingMessage) =>
  request.httpVersionMajor === 2 ||
  request.headers['content-length'] !== undefined ||
  request.headers['transfer-encoding'] !== undefined;

function errorAnswer({ code, message, status }: AwsError, service?: Service): WireResponse {
  const contentType =
    service?.protocol === 'awsJson1_0'
      ? 'application/x-amz-json-1.0'
      : service?.protocol === 'awsJson1_1'
        ? 'application/x-amz-json-1.1'
        : 'application/json';
  const body = JSON.stringify({ __type: code, [service?.protocol === 'awsJson1_0' ? 'message' : 'Message']: message });
  return { status, headers: { 'content-type': contentType, 'x-amzn-errortype': code }, body };
}

/** Where an unexpected error came from, without its message: that may quote a value. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'threw what is no Error';
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [error.name, ...frames.slice(0, 4).map((line) => line.trim())].join(' ');
}

function createHttpDate(context: EngineContext): () => string {
  let second = Number.NaN;
  let text = '';
  return () => {
    const now = Math.floor(context.clock.nowMs() / 1000);
    if (now !== second) {
      second = now;
      text = new Date(now * 1000).toUTCString();
    }
    return text;
  };
}
