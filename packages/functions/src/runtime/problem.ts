import type { Logger } from '@aws-lambda-powertools/logger';
import type { MiddlewareObj } from '@middy/core';
import { TidemarkError } from '@tidemark/domain';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { reportFault } from './report-fault.ts';

/** Turns what an API handler threw into problem details (RFC 9457) with the registry's code. */
export function problemDetails(logger: Logger): MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  return {
    onError: (request) => {
      const error =
        request.error instanceof TidemarkError
          ? request.error
          : new TidemarkError('INTERNAL', 'something went wrong on our side: the request id leads to the log', {
              cause: request.error,
            });
      reportFault(logger).onError?.({ ...request, error: request.error ?? error } as never);
      const { status } = error.kind;
      request.response = {
        statusCode: status,
        headers: { 'content-type': 'application/problem+json' },
        body: JSON.stringify({
          type: `urn:tidemark:error:${error.code}`,
          title: error.kind.meaning,
          status,
          code: error.code,
          // What went wrong inside is for the log.
          detail: error.kind.fault === 'us' ? 'something went wrong on our side: the request id leads to the log' : error.message,
          ...(error.field === undefined ? {} : { field: error.field }),
          requestId: request.event.requestContext?.requestId,
        }),
      };
    },
  };
}
