/** What a function's result means as an HTTP answer, in payload format 2.0. */
export interface ProxyResponse {
  readonly status: number;
  readonly headers: Record<string, string | string[]>;
  readonly body: Buffer | string;
}

/** `{"message": …}`, as the gateway answers for itself. */
export function gatewayAnswer(status: number, message: string, headers: Record<string, string> = {}): ProxyResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ message }) };
}

export const internalServerError: ProxyResponse = gatewayAnswer(500, 'Internal Server Error');

/**
 * A result without `statusCode` is the body of a 200 in JSON (a string as it is). Undefined for a result that the real
 * gateway answers with 500: a status that is no number, a body that is no string, a header that is an object.
 */
export function proxyResponse(payload: string): ProxyResponse | undefined {
  const result = JSON.parse(payload) as Record<string, unknown> | string | number | null;
  if (typeof result !== 'object' || result === null || result.statusCode === undefined) {
    return { status: 200, headers: { 'content-type': 'application/json' }, body: typeof result === 'string' ? result : payload };
  }
  const status = Number(result.statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  const headers = readHeaders(result.headers, result.cookies);
  if (!headers) return undefined;
  const body = result.body ?? '';
  if (typeof body !== 'string') return undefined;
  return { status, headers, body: result.isBase64Encoded === true ? Buffer.from(body, 'base64') : body };
}

function readHeaders(declared: unknown, cookies: unknown): Record<string, string | string[]> | undefined {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries((declared ?? {}) as object)) {
    if (typeof value === 'object' && value !== null) return undefined;
    if (value !== null && value !== undefined) headers[name.toLowerCase()] = String(value);
  }
  headers['content-type'] ??= 'text/plain;charset=UTF-8';
  if (Array.isArray(cookies)) headers['set-cookie'] = cookies.map(String);
  // The body's length and framing are the server's business: a wrong value would break the connection.
  delete headers['content-length'];
  delete headers['transfer-encoding'];
  return headers;
}
