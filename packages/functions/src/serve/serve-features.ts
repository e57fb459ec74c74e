import { SageMakerFeatureStoreRuntimeClient } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import middy from '@middy/core';
import { clientSettings } from '@tidemark/aws/client-settings';
import { createBatchReader } from '@tidemark/aws/feature-store-reader';
import { definitions } from '@tidemark/features';
import { createFeatureServer, parseGetRequest, parsePostRequest } from '@tidemark/pipeline';
import type { APIGatewayProxyEventV2WithJWTAuthorizer, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { emitMetrics } from '../runtime/emit-metrics.ts';
import { catalogue } from '../runtime/ledger.ts';
import { problemDetails } from '../runtime/problem.ts';
import { settings } from '../runtime/settings.ts';
import { logger } from '../runtime/task.ts';
import { waiting } from '../runtime/waiting.ts';

const server = createFeatureServer({
  definitions,
  catalogue,
  // A direct call and an attempt of the SDK, of at most four seconds each, fit into the deadline of ten.
  reader: createBatchReader(
    new SageMakerFeatureStoreRuntimeClient({
      ...clientSettings,
      maxAttempts: 1,
      requestHandler: { connectionTimeout: 1_000, requestTimeout: 4_000 },
    }),
  ),
  waiting,
  auditKey: { id: settings.text('AUDIT_KEY_ID'), secret: settings.text('AUDIT_KEY') },
});

/** The subject of the token, or the role that signed the request. */
const callerOf = ({ requestContext }: APIGatewayProxyEventV2WithJWTAuthorizer): string => {
  const authorizer = requestContext.authorizer as
    | { jwt?: { claims: Record<string, unknown> }; iam?: { userArn?: string } }
    | undefined;
  return String(authorizer?.jwt?.claims.sub ?? authorizer?.iam?.userArn ?? 'unknown');
};

const bodyOf = ({ body, isBase64Encoded }: APIGatewayProxyEventV2WithJWTAuthorizer): string =>
  isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString('utf8') : (body ?? '');

async function serve(event: APIGatewayProxyEventV2WithJWTAuthorizer): Promise<APIGatewayProxyStructuredResultV2> {
  const { requestContext, pathParameters } = event;
  const view = pathParameters?.view ?? '';
  const request =
    requestContext.http.method === 'GET'
      ? parseGetRequest(definitions, view, event.queryStringParameters ?? {})
      : parsePostRequest(definitions, view, bodyOf(event));
  const { body, audit, metrics } = await server.serve(request, { requestId: requestContext.requestId, caller: callerOf(event) });
  process.stdout.write(`${JSON.stringify(audit)}\n`);
  metrics.forEach(emitMetrics);
  return { statusCode: 200, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' }, body };
}

export const handler = middy<APIGatewayProxyEventV2WithJWTAuthorizer, APIGatewayProxyStructuredResultV2>(serve).use(
  problemDetails(logger) as never,
);
