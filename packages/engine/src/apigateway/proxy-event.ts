/** A request as a Lambda proxy event of payload format 2.0. */
import type { IncomingMessage } from 'node:http';
import type { RouteMatch } from './route-table.ts';

export interface RequestTarget {
  /** Percent-decoded: observed of the real gateway, for `rawPath` and path parameters alike. */
  readonly path: string;
  readonly segments: readonly string[];
  /** As sent, without the question mark. */
  readonly rawQueryString: string;
}

/** Undefined when the path is no valid percent-encoding. */
export function parseTarget(url: string): RequestTarget | undefined {
  const question = url.indexOf('?');
  const rawPath = question < 0 ? url : url.slice(0, question);
  const rawQueryString = question < 0 ? '' : url.slice(question + 1);
  try {
    const segments = rawPath.includes('%') ? rawPath.slice(1).split('/').map(decodeURIComponent) : rawPath.slice(1).split('/');
    return { path: `/${segments.join('/')}`, segments, rawQueryString };
  } catch {
    return undefined;
  }
}

export interface EventParts {
  readonly request: IncomingMessage;
  readonly target: RequestTarget;
  readonly match: RouteMatch;
  readonly authorizer: object | undefined;
  readonly body: Buffer;
  readonly requestId: string;
  readonly timeMs: number;
  readonly account: string;
}

export function proxyEvent({ request, target, match, authorizer, body, requestId, timeMs, account }: EventParts): object {
  const { headers, cookies } = readHeaders(request);
  const host = headers.host ?? '127.0.0.1';
  const isText = body.length === 0 || isTextType(headers['content-type']);
  return {
    version: '2.0',
    routeKey: match.routeKey,
    rawPath: target.path,
    rawQueryString: target.rawQueryString,
    ...(cookies.length > 0 ? { cookies } : {}),
    headers,
    ...(target.rawQueryString === '' ? {} : { queryStringParameters: queryParameters(target.rawQueryString) }),
    requestContext: {
      accountId: account,
      apiId: 'local',
      ...(authorizer ? { authorizer } : {}),
      domainName: host,
      domainPrefix: 'local',
      http: {
        method: request.method,
        path: target.path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey: match.routeKey,
      stage: '$default',
      time: logTime(timeMs),
      timeEpoch: Math.floor(timeMs),
    },
    ...(match.pathParameters ? { pathParameters: match.pathParameters } : {}),
    ...(body.length > 0 ? { body: body.toString(isText ? 'utf8' : 'base64') } : {}),
    isBase64Encoded: !isText,
  };
}

/** Names in lower case, repeated ones joined by a comma, cookies apart. */
function readHeaders(request: IncomingMessage): { headers: Record<string, string>; cookies: string[] } {
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  const raw = request.rawHeaders;
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase();
    const value = raw[i + 1] as string;
    if (name === 'cookie') cookies.push(...value.split(';').map((cookie) => cookie.trim()));
    else headers[name] = Object.hasOwn(headers, name) ? `${headers[name]},${value}` : value;
  }
  headers['x-forwarded-for'] ??= request.socket.remoteAddress ?? '127.0.0.1';
  headers['x-forwarded-port'] ??= String(request.socket.localPort);
  headers['x-forwarded-proto'] ??= 'http';
  return { headers, cookies };
}

function queryParameters(rawQueryString: string): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    parameters[name] = Object.hasOwn(parameters, name) ? `${parameters[name]},${value}` : value;
  }
  return parameters;
}

function isTextType(contentType: string | undefined): boolean {
  return (
    contentType !== undefined &&
    /^(?:text\/|application\/(?:json|javascript|xml|x-www-form-urlencoded|[^;]*\+(?:json|xml))\b)/i.test(contentType)
  );
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
let lastSecond = Number.NaN;
let lastText = '';

/** `12/Mar/2026:19:03:58 +0000`, made once a second. */
function logTime(timeMs: number): string {
  const second = Math.floor(timeMs / 1000);
  if (second === lastSecond) return lastText;
  const iso = new Date(timeMs).toISOString();
  lastSecond = second;
  lastText = `${iso.slice(8, 10)}/${MONTHS[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
  return lastText;
}
