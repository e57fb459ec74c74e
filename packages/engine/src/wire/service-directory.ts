/**
 * Tells which operation a request is for, from the head of the request alone:
 * 1. `X-Amz-Target: {prefix}.{operation}` (awsJson);
 * 2. signed for S3: not ours, whatever its path looks like;
 * 3. method and path among the restJson services of the signing name (of all of them when unsigned);
 * 4. a form body signed for a query service (or unsigned): the operation is in the body;
 * 5. signed for anything else: an unknown operation. Unsigned and unrecognised: not ours.
 */
import type { StaticOperationSchema } from '@smithy/types';
import type { Caller } from './caller.ts';
import { parseJsonBody } from './json-body.ts';
import { compileDecoder } from './json-decoder.ts';
import { compileEncoder } from './json-encoder.ts';
import { compileRestRequest, compileRestResponse } from './rest-json.ts';
import { createRestRoutes, type RestRoutes } from './rest-routes.ts';
import { EncodedOutput, type Operation, type Service } from './service.ts';
import { shapeOf } from './shape.ts';
import type { WireRequest, WireResponse } from './wire-call.ts';

export interface CompiledOperation {
  readonly service: Service;
  readonly name: string;
  readonly handle: Operation['handle'];
  readonly decode: (request: WireRequest, labels: Readonly<Record<string, string>>) => unknown;
  readonly encode: (output: unknown) => WireResponse;
}

export type Recognised =
  | { readonly kind: 'operation'; readonly operation: CompiledOperation; readonly labels: Readonly<Record<string, string>> }
  | { readonly kind: 'query'; readonly services: readonly Service[] }
  | { readonly kind: 'unknown'; readonly what: string; readonly status: number }
  | { readonly kind: 'fallback' };

export interface RequestHead {
  readonly method: string;
  readonly path: string;
  readonly queryText: string;
  readonly target: string | undefined;
  readonly contentType: string | undefined;
  readonly caller: Caller;
}

const noLabels = {};
const fallback: Recognised = { kind: 'fallback' };
const isS3 = (signingName: string | undefined) => signingName?.startsWith('s3') === true;

export function createServiceDirectory(services: readonly Service[]): (head: RequestHead) => Recognised {
  const byTarget = new Map<string, Recognised>();
  const bySigningName = new Map<string, RestRoutes<CompiledOperation>>();
  const everyRoute = createRestRoutes<CompiledOperation>();
  const queryServices = services.filter((service) => service.protocol === 'awsQuery');
  for (const service of services) {
    for (const [name, operation] of Object.entries(service.operations) as [string, Operation][]) {
      if (service.protocol === 'awsQuery') continue;
      if (service.protocol === 'restJson1') {
        const compiled = compileRest(service, name, operation);
        const signingName = service.signingName ?? service.name;
        const routes = bySigningName.get(signingName) ?? createRestRoutes<CompiledOperation>();
        bySigningName.set(signingName, routes);
        routes.add(operation.schema, compiled);
        everyRoute.add(operation.schema, compiled);
      } else {
        byTarget.set(`${service.targetPrefix}.${name}`, {
          kind: 'operation',
          operation: compileJson(service, name, operation),
          labels: noLabels,
        });
      }
    }
  }

  return ({ method, path, queryText, target, contentType, caller }) => {
    if (target !== undefined) return byTarget.get(target) ?? { kind: 'unknown', what: target, status: 400 };
    const { signingName } = caller;
    if (isS3(signingName)) return fallback;
    const routes = signingName === undefined ? everyRoute : bySigningName.get(signingName);
    const match = routes?.match(method, path, queryText);
    if (match) return { kind: 'operation', operation: match.target, labels: match.labels };
    if (method === 'POST' && path === '/' && contentType?.startsWith('application/x-www-form-urlencoded')) {
      const candidates = queryServices.filter(
        (service) => signingName === undefined || (service.signingName ?? service.name) === signingName,
      );
      if (candidates.length > 0) return { kind: 'query', services: candidates };
    }
    if (signingName === undefined) return fallback;
    return { kind: 'unknown', what: `${method} ${path} of ${signingName}`, status: 404 };
  };
}

function compileRest(service: Service, name: string, operation: Operation): CompiledOperation {
  const schema = operation.schema as StaticOperationSchema;
  return lazily({ service, name, handle: operation.handle.bind(operation) }, () => ({
    decode: compileRestRequest(schema),
    encode: compileRestResponse(schema),
  }));
}

function compileJson(service: Service, name: string, operation: Operation): CompiledOperation {
  const headers = {
    'content-type': service.protocol === 'awsJson1_0' ? 'application/x-amz-json-1.0' : 'application/x-amz-json-1.1',
  };
  return lazily({ service, name, handle: operation.handle.bind(operation) }, () => {
    const decode = compileDecoder(shapeOf(operation.schema[4]), { useJsonName: false });
    const output = shapeOf(operation.schema[5]);
    const encode = compileEncoder(output, { useJsonName: false });
    return {
      decode: (request) => decode(parseJsonBody(request.body)),
      encode(value) {
        const body =
          value instanceof EncodedOutput ? value.json : output.kind === 'unit' ? '' : JSON.stringify(encode(value ?? {}));
        return { status: 200, headers, body };
      },
    };
  });
}

/** A schema is compiled at its first call: the control planes are large and most of them is never called. */
function lazily(
  operation: Pick<CompiledOperation, 'service' | 'name' | 'handle'>,
  compile: () => Pick<CompiledOperation, 'decode' | 'encode'>,
): CompiledOperation {
  let compiled: Pick<CompiledOperation, 'decode' | 'encode'> | undefined;
  const get = () => (compiled ??= compile());
  return { ...operation, decode: (request, labels) => get().decode(request, labels), encode: (output) => get().encode(output) };
}
