import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { Access } from '../../iam/access.ts';
import type { AccessRequest } from '../../iam/decide.ts';
import type { Principal } from '../../iam/principal.ts';
import { missingObjectRequests, s3Requests } from '../../iam/requests/s3-requests.ts';
import { AwsError } from '../../wire/aws-error.ts';
import { parseCaller } from '../../wire/caller.ts';
import { notImplemented, S3Error } from '../errors.ts';
import { type Response, sendAnswer, sendError } from './answer.ts';
import { type BoundOperation, bindOperation } from './bindings.ts';
import { checkOwner } from './check-owner.ts';
import { RequestBody } from './request-body.ts';
import { operationOf, refuseUnknownQuery } from './routes.ts';
import type { S3Operation, S3Operations } from './s3-operation.ts';
import { parseRequest, type S3Request } from './s3-request.ts';

export type Handle = (message: IncomingMessage | Http2ServerRequest, response: Response) => Promise<void>;

export interface DispatchContext {
  readonly account: string;
  readonly log: (line: string) => void;
  readonly access: Access;
}

export function createDispatch(operations: S3Operations, { account, log, access }: DispatchContext): Handle {
  const bound = new Map<string, { operation: S3Operation; binding: BoundOperation }>();
  for (const [name, operation] of Object.entries(operations)) {
    bound.set(name, { operation, binding: bindOperation(operation) });
  }

  const demand = (principal: Principal | undefined, name: string, requests: readonly AccessRequest[]) => {
    const refusal = access.refusal(principal, `s3.${name}`, requests);
    if (refusal !== undefined) throw new S3Error('AccessDenied', refusal, 403);
  };

  return async (message, response) => {
    const requestId = randomBytes(8).toString('hex').toUpperCase();
    let request: S3Request | undefined;
    try {
      const parsed = parseRequest(message);
      request = parsed;
      const name = operationOf(request);
      const found = bound.get(name);
      if (found === undefined) throw notImplemented(name);
      refuseUnknownQuery(request, found.binding);
      // Leaving the loop early must not tear down the connection that the answer goes out on.
      const body = new RequestBody(request.headers, message.iterator({ destroyOnReturn: false }));
      const input = await found.binding.decode(request, body);
      checkOwner(input.ExpectedBucketOwner, account);
      const principal = access.byAccessKey(callerOf(message));
      if (principal !== undefined) demand(principal, name, s3Requests(name, input, access.keyOfBucket));
      const handle = async () => found.operation.handle(input, { requestId, request: parsed, body });
      const output = await handle().catch((error: unknown) => {
        if (isMissingObject(name, error)) demand(principal, name, missingObjectRequests(String(input.Bucket)));
        throw error;
      });
      const answer = found.binding.encode(output);
      answer.headers['x-amz-request-id'] = requestId;
      answer.headers['x-amz-id-2'] = requestId;
      await sendAnswer(response, answer, request.method === 'HEAD');
    } catch (error) {
      if (!(error instanceof AwsError) && !hasHungUp(response)) log(`s3: ${request?.method} failed: ${(error as Error).stack}`);
      sendError(response, error instanceof AwsError ? error : internalError(), request, requestId);
    }
    // An answer that came before the end of the body: the rest is read away, so that the connection stays usable.
    message.resume();
  };
}

const callerOf = ({ headers, url = '' }: Parameters<Handle>[0]): string | undefined =>
  parseCaller(headers.authorization, url.slice(url.indexOf('?') + 1)).accessKeyId;

const isMissingObject = (operation: string, error: unknown): boolean =>
  /^(Get|Head)Object(Attributes)?$/.test(operation) &&
  error instanceof AwsError &&
  error.status === 404 &&
  error.code !== 'NoSuchBucket';

const hasHungUp = (response: Response): boolean => ('stream' in response ? response.stream.destroyed : response.destroyed);

const internalError = () => new S3Error('InternalError', 'We encountered an internal error. Please try again.', 500);
