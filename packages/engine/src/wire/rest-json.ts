/** restJson1: where each member of an operation travels (label, query, header, payload, body), compiled once. */
import type { StaticOperationSchema } from '@smithy/types';
import { parseJsonBody } from './json-body.ts';
import { compileDecoder, compileMembers, type Decode } from './json-decoder.ts';
import { compileEncoder, compileMembersEncoder } from './json-encoder.ts';
import { parseQueryText } from './query-text.ts';
import { EncodedOutput } from './service.ts';
import { type Shape, type ShapeMember, shapeOf } from './shape.ts';
import { lowerFirst, ShapeFault } from './shape-fault.ts';
import { decodeText, decodeTexts, encodeText } from './text-binding.ts';
import type { WireRequest, WireResponse } from './wire-call.ts';

type Members = Record<string, unknown>;
type Bind = (
  input: Members,
  request: WireRequest,
  labels: Readonly<Record<string, string>>,
  query: Map<string, string[]>,
) => void;

const names = { useJsonName: true };
const noQuery: Map<string, string[]> = new Map();

export function compileRestRequest(schema: StaticOperationSchema) {
  const members = membersOf(shapeOf(schema[4]));
  const bodyMembers = members.filter((member) => !isBound(member));
  const payload = members.find((member) => member.traits.httpPayload);
  const decodeBody = bodyMembers.length > 0 ? compileMembers(bodyMembers, names) : undefined;
  const binds = members.filter((member) => isBound(member) && member !== payload).map(compileBind);
  const usesQuery = members.some((member) => member.traits.httpQuery || member.traits.httpQueryParams);
  const decodePayload = payload && compilePayload(payload);
  return (request: WireRequest, labels: Readonly<Record<string, string>>): Members => {
    const input = (decodeBody ? decodeBody(parseJsonBody(request.body)) : {}) as Members;
    const query = usesQuery ? parseQueryText(request.queryText) : noQuery;
    for (const bind of binds) bind(input, request, labels, query);
    if (payload && decodePayload && request.body.length > 0) input[payload.name] = decodePayload(request.body);
    else if (payload?.required) throw new ShapeFault('missing', 'present').within(lowerFirst(payload.name));
    return input;
  };
}

export function compileRestResponse(schema: StaticOperationSchema) {
  const members = membersOf(shapeOf(schema[5]));
  const encodeBody = compileMembersEncoder(
    members.filter((member) => !isBound(member)),
    names,
  );
  const hasBody = members.some((member) => !isBound(member));
  const payload = members.find((member) => member.traits.httpPayload);
  const encodePayload = payload && compileEncoder(payload.shape, names);
  const status = (schema[3] as { http: readonly [string, string, number] }).http[2];
  const bound = members.filter((member) => isBound(member) && member !== payload);
  return (output: unknown): WireResponse => {
    if (output instanceof EncodedOutput) return { status, headers: { 'content-type': 'application/json' }, body: output.json };
    const given = (output ?? {}) as Members;
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    let answeredStatus = status;
    for (const { name, shape, traits } of bound) {
      const value = given[name];
      if (value === undefined || value === null) continue;
      if (traits.httpResponseCode) answeredStatus = value as number;
      else if (traits.httpHeader) headers[(traits.httpHeader as string).toLowerCase()] = encodeText(value, shape, 'http-date');
      else if (traits.httpPrefixHeaders !== undefined)
        for (const [key, text] of Object.entries(value))
          headers[`${traits.httpPrefixHeaders}${key}`.toLowerCase()] = String(text);
    }
    if (!payload || !encodePayload)
      return { status: answeredStatus, headers, body: hasBody ? JSON.stringify(encodeBody(given)) : '' };
    const value = given[payload.name];
    if (payload.shape.kind === 'blob') {
      headers['content-type'] =
        headers['content-type'] === 'application/json' ? 'application/octet-stream' : (headers['content-type'] as string);
      return { status: answeredStatus, headers, body: (value as Uint8Array | undefined) ?? '' };
    }
    if (payload.shape.kind === 'string') return { status: answeredStatus, headers, body: (value as string | undefined) ?? '' };
    return { status: answeredStatus, headers, body: value === undefined ? '' : JSON.stringify(encodePayload(value)) };
  };
}

const membersOf = (shape: Shape): readonly ShapeMember[] => (shape.kind === 'structure' ? shape.members : []);

function isBound({ traits }: ShapeMember): boolean {
  return Boolean(
    traits.httpLabel ||
      traits.httpQuery ||
      traits.httpQueryParams ||
      traits.httpHeader ||
      traits.httpPrefixHeaders !== undefined ||
      traits.httpPayload ||
      traits.httpResponseCode,
  );
}

function compilePayload({ shape }: ShapeMember): (body: Buffer) => unknown {
  if (shape.kind === 'blob') return (body) => new Uint8Array(body);
  if (shape.kind === 'string') return (body) => body.toString('utf8');
  const decode: Decode = compileDecoder(shape, names);
  return (body) => decode(parseJsonBody(body));
}

function compileBind(member: ShapeMember): Bind {
  const { name, shape, required, traits } = member;
  const set = (input: Members, texts: readonly string[] | undefined, format: 'date-time' | 'http-date') => {
    if (texts === undefined || texts.length === 0) {
      if (required) throw new ShapeFault('missing', 'present').within(lowerFirst(name));
      return;
    }
    try {
      input[name] =
        shape.kind === 'list' ? decodeTexts(texts, shape.value(), format) : decodeText(texts.at(-1) as string, shape, format);
    } catch (fault) {
      throw fault instanceof ShapeFault ? fault.within(lowerFirst(name)) : fault;
    }
  };
  if (traits.httpLabel) return (input, _request, labels) => set(input, labels[name] ? [labels[name]] : undefined, 'date-time');
  if (traits.httpQuery)
    return (input, _request, _labels, query) => set(input, query.get(traits.httpQuery as string), 'date-time');
  if (traits.httpQueryParams)
    return (input, _request, _labels, query) => {
      input[name] = Object.fromEntries([...query].map(([key, values]) => [key, values.at(-1)]));
    };
  if (traits.httpHeader) {
    const header = (traits.httpHeader as string).toLowerCase();
    return (input, request) => {
      const sent = request.headers[header];
      const texts =
        sent === undefined ? undefined : Array.isArray(sent) ? sent : shape.kind === 'list' ? sent.split(/,\s*/) : [sent];
      set(input, texts, 'http-date');
    };
  }
  const prefix = String(traits.httpPrefixHeaders).toLowerCase();
  return (input, request) => {
    const found = Object.entries(request.headers).filter(([key]) => key.startsWith(prefix));
    if (found.length > 0)
      input[name] = Object.fromEntries(found.map(([key, value]) => [key.slice(prefix.length), String(value)]));
  };
}
