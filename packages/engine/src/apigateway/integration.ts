import type { EngineContext } from '../engine-context.ts';
import type { Functions } from '../ports.ts';
import { gatewayAnswer, internalServerError, type ProxyResponse, proxyResponse } from './proxy-response.ts';

/** A Lambda proxy integration: the event to the function, its result or failure to an answer. Never rejects. */
export type Integration = (functionName: string, event: object, requestId: string) => Promise<ProxyResponse>;

export function createIntegration(context: EngineContext, functions: Functions, timeoutMs: number): Integration {
  return async (functionName, event, requestId) => {
    const { promise: timeout, resolve } = Promise.withResolvers<'timeout'>();
    const timer = setTimeout(resolve, timeoutMs, 'timeout');
    try {
      const outcome = await Promise.race([functions.invoke(functionName, event), timeout]);
      if (outcome === 'timeout') return gatewayAnswer(503, 'Service Unavailable');
      const response = outcome.functionError === undefined ? proxyResponse(outcome.payload) : undefined;
      if (response) return response;
      const what = outcome.functionError === undefined ? 'answered with a malformed response' : 'failed';
      context.log(`api: request ${requestId}: ${functionName} ${what}: see its log`);
      return internalServerError;
    } catch (error) {
      const { code, message } = error as Error & { code?: string };
      if (code === 'RequestTooLargeException') return gatewayAnswer(413, 'Request Entity Too Large');
      if (code === 'TooManyRequestsException') return gatewayAnswer(429, 'Too Many Requests');
      context.log(`api: request ${requestId}: ${functionName}: ${message}`);
      return internalServerError;
    } finally {
      clearTimeout(timer);
    }
  };
}
