/**
 * API Gateway: one HTTP API (v2) with Lambda proxy integrations of payload format 2.0, on a port of its own.
 *
 * Gaps
 * - No control plane (routes come from the deployment), no CORS configuration, no Lambda authorizers, no stages but
 *   `$default`, no presigned IAM URLs (403).
 * - One issuer: whatever issuer a route names, only tokens of the engine's own key are good.
 *
 * Differences by design
 * - Tokens expire in the engine's time; the 30 s integration timeout is the machine's, as the function's own time is.
 * - The age of an IAM signature is not checked.
 * - The access log names the route, never the path or the query string.
 *
 * Client quirks
 * - The gateway decodes `rawPath`; header names arrive in lower case; cookies come apart from the headers.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { JWTPayload } from 'jose';
import type { EngineContext } from '../engine-context.ts';
import { createFunctionLogs } from '../lambda/function-logs.ts';
import type { Functions } from '../ports.ts';
import { logAccess } from './access-log.ts';
import { authorizeIam } from './iam-authorizer.ts';
import { createIntegration } from './integration.ts';
import { type Authorization, createJwtAuthorizer } from './jwt-authorizer.ts';
import { parseTarget, proxyEvent } from './proxy-event.ts';
import { gatewayAnswer, internalServerError, type ProxyResponse } from './proxy-response.ts';
import { readBody } from './request-body.ts';
import { compileRoutes, type Route } from './route-table.ts';
import { openTokenIssuer } from './token-issuer.ts';

export interface HttpApi {
  /** Replaces all routes. @throws Error naming the route that cannot be. */
  deploy(routes: readonly Route[]): void;
  /** Resolves with the port; 0 takes a free one. */
  listen(port: number): Promise<number>;
  close(): Promise<void>;
  /**
   * A token of the engine's key. What the claims leave open is filled in so that the first JWT route takes it: `iss`,
   * `aud`, `scope`, `sub` engine-user, `iat` now, `exp` twelve hours from now.
   */
  issueToken(claims?: JWTPayload): Promise<string>;
}

export interface HttpApiOptions {
  readonly functions: Functions;
  readonly integrationTimeoutMs?: number;
}

const BODY_LIMIT_BYTES = 10 * 1024 * 1024;
const HEADERS_LIMIT_BYTES = 10_240;
const INTEGRATION_TIMEOUT_MS = 30_000;
const TOKEN_LIFETIME_S = 12 * 3_600;

export async function createHttpApi(context: EngineContext, options: HttpApiOptions): Promise<HttpApi> {
  const issuer = await openTokenIssuer(join(context.dataDir, 'apigateway'));
  const authorizeJwt = createJwtAuthorizer(issuer, context.clock);
  const logs = createFunctionLogs(join(context.dataDir, 'logs'), context.clock);
  const integrate = createIntegration(context, options.functions, options.integrationTimeoutMs ?? INTEGRATION_TIMEOUT_MS);
  const jwks: ProxyResponse = { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(issuer.jwks) };
  let routes: readonly Route[] = [];
  let find = compileRoutes([]);

  const authorize = (route: Route, request: IncomingMessage, body: Buffer): Authorization | Promise<Authorization> => {
    const authorizer = route.authorizer ?? { type: 'none' };
    switch (authorizer.type) {
      case 'jwt':
        return authorizeJwt(authorizer, request.headers.authorization);
      case 'iam':
        return authorizeIam(request, body, context.account);
      case 'none':
        return { context: undefined };
    }
  };

  async function answer(
    request: IncomingMessage,
    requestId: string,
    seen: { routeKey: string; bytes: number },
  ): Promise<ProxyResponse> {
    const target = parseTarget(request.url ?? '/');
    if (!target) return gatewayAnswer(400, 'Bad Request');
    if (request.method === 'GET' && target.path === '/.well-known/jwks.json') return jwks;
    const match = find(request.method ?? '', target.segments);
    if (!match) return gatewayAnswer(404, 'Not Found');
    seen.routeKey = match.routeKey;
    const body = await readBody(request, BODY_LIMIT_BYTES);
    if (!body) return gatewayAnswer(413, 'Request Entity Too Large', { connection: 'close' });
    seen.bytes = body.length;
    const authorization = await authorize(match.route, request, body);
    if ('refusal' in authorization) return authorization.refusal;
    const event = proxyEvent({
      request,
      target,
      match,
      body,
      requestId,
      authorizer: authorization.context,
      timeMs: context.clock.nowMs(),
      account: context.account,
    });
    return integrate(match.route.functionName, event, requestId);
  }

  async function serve(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const startedMs = performance.now();
    const requestId = randomUUID();
    const seen = { routeKey: '-', bytes: 0 };
    let response: ProxyResponse;
    try {
      response = await answer(request, requestId, seen);
    } catch (error) {
      if (request.destroyed && !request.complete) return;
      context.log(`api: request ${requestId}: ${(error as Error).stack}`);
      response = internalServerError;
    }
    const responseBytes = Buffer.byteLength(response.body);
    try {
      reply.writeHead(response.status, { ...response.headers, 'content-length': responseBytes, 'apigw-requestid': requestId });
      reply.end(response.body);
    } catch (error) {
      context.log(`api: request ${requestId}: the function's headers cannot be sent: ${(error as Error).message}`);
      reply.writeHead(500, internalServerError.headers).end(internalServerError.body);
    }
    logAccess(logs, {
      requestId,
      routeKey: seen.routeKey,
      status: reply.statusCode,
      durationMs: performance.now() - startedMs,
      requestBytes: seen.bytes,
      responseBytes,
    });
  }

  const server = createServer({ maxHeaderSize: HEADERS_LIMIT_BYTES }, (request, reply) => void serve(request, reply));

  return {
    deploy(next) {
      find = compileRoutes(next);
      routes = next;
    },
    listen: (port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
      }),
    async close() {
      if (server.listening) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
      logs.close();
    },
    async issueToken(claims = {}) {
      const jwt = routes.map(({ authorizer }) => authorizer).find((authorizer) => authorizer?.type === 'jwt');
      const nowS = Math.floor(context.clock.nowMs() / 1000);
      const audience = jwt && (typeof jwt.audience === 'string' ? jwt.audience : jwt.audience[0]);
      const open: JWTPayload = {
        ...(jwt ? { iss: jwt.issuer } : {}),
        ...(audience === undefined ? {} : { aud: audience }),
        ...(jwt?.scopes ? { scope: jwt.scopes.join(' ') } : {}),
        sub: 'engine-user',
        iat: nowS,
        exp: nowS + TOKEN_LIFETIME_S,
      };
      return issuer.sign({ ...open, ...claims });
    },
  };
}
