import type { FunctionLogs } from '../lambda/function-logs.ts';

export interface Access {
  readonly requestId: string;
  /** The route and not the path: paths and query strings may hold entity keys. */
  readonly routeKey: string;
  readonly status: number;
  readonly durationMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
}

/** One JSON line a request in `logs/api.access.log`. */
export function logAccess(logs: FunctionLogs, access: Access): void {
  const { requestId, routeKey, status, durationMs, requestBytes, responseBytes } = access;
  logs.append(
    'api.access',
    requestId,
    JSON.stringify({ routeKey, status, durationMs: Math.round(durationMs * 100) / 100, requestBytes, responseBytes }),
  );
}
