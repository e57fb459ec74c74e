/**
 * How one operation's input is read from a request and its output written to an answer, worked out once from the
 * schema that the SDK exports: which member is a header, a query parameter, the XML payload or a part of it.
 */
import { NormalizedSchema } from '@smithy/core/schema';
import { algorithmOfHeader } from '../checksums.ts';
import { invalidArgument, malformedXml, notImplemented } from '../errors.ts';
import type { RequestBody } from './request-body.ts';
import type { AnswerExtras, FileSlice, S3Operation } from './s3-operation.ts';
import type { S3Request } from './s3-request.ts';
import { readXml, writeXml } from './xml.ts';

export interface EncodedAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly text: string | undefined;
  readonly file: FileSlice | undefined;
}

export interface BoundOperation {
  readonly name: string;
  /** Query parameters that belong to it. */
  readonly queryNames: ReadonlySet<string>;
  decode(request: S3Request, body: RequestBody): Promise<Record<string, unknown>>;
  encode(output: object): EncodedAnswer;
}

interface Member {
  readonly name: string;
  readonly schema: NormalizedSchema;
}

/** Heeded for every operation, by the dispatcher and by the reader of bodies. */
const ALWAYS_HEEDED = [
  'Bucket',
  'Key',
  'ExpectedBucketOwner',
  'RequestPayer',
  'ChecksumAlgorithm',
  'ContentMD5',
  'ContentLength',
];

/** `x-amz-` headers that belong to the transport and to no operation. */
const TRANSPORT =
  /^x-amz-(date|content-sha256|security-token|user-agent|api-version|decoded-content-length|trailer|te|id-2|sdk-.*|request-payer)$/;

export function bindOperation(operation: S3Operation): BoundOperation {
  const { schema } = operation;
  const [, , name, traits] = schema;
  const [, uri, status] = (traits as { http: [string, string, number] }).http;
  const input = bindInput(NormalizedSchema.of((schema as unknown as { 4: () => never })[4]()), operation.heeds);
  const output = bindOutput(NormalizedSchema.of((schema as unknown as { 5: () => never })[5]()), status);
  const literals = [...new URLSearchParams(uri.split('?')[1] ?? '').keys()];
  return {
    name: name as string,
    queryNames: new Set([...literals, ...input.queryNames, 'x-id']),
    decode: input.decode,
    encode: output,
  };
}

function bindInput(schema: NormalizedSchema, heeds: readonly string[]) {
  const heeded = new Set([...ALWAYS_HEEDED, ...heeds]);
  const byHeader = new Map<string, Member>();
  const byQuery = new Map<string, Member>();
  let prefix: { header: string; name: string } | undefined;
  let payload: Member | undefined;
  for (const [name, member] of schema.structIterator()) {
    const traits = member.getMergedTraits();
    const bound = { name, schema: member };
    if (traits.httpHeader) byHeader.set(traits.httpHeader.toLowerCase(), bound);
    else if (traits.httpQuery) byQuery.set(traits.httpQuery, bound);
    else if (traits.httpPrefixHeaders) prefix = { header: traits.httpPrefixHeaders.toLowerCase(), name };
    else if (traits.httpPayload && !member.isStreaming()) payload = bound;
  }

  const take = (into: Record<string, unknown>, member: Member, text: string, where: string) => {
    if (!heeded.has(member.name) && algorithmOfHeader(where) === undefined) throw notImplemented(`${where} (${member.name})`);
    into[member.name] = parseText(member, text);
  };

  return {
    queryNames: byQuery.keys(),
    async decode(request: S3Request, body: RequestBody): Promise<Record<string, unknown>> {
      const out: Record<string, unknown> = { Bucket: request.bucket, Key: request.key };
      for (const [name, text] of request.query) {
        const member = byQuery.get(name);
        if (member !== undefined) take(out, member, text, name);
      }
      const prefixed: Record<string, string> = {};
      for (const [name, text] of Object.entries(request.headers)) {
        const member = byHeader.get(name);
        if (member !== undefined) take(out, member, text, name);
        else if (prefix !== undefined && name.startsWith(prefix.header)) prefixed[name.slice(prefix.header.length)] = text;
        else if (name.startsWith('x-amz-') && !TRANSPORT.test(name) && algorithmOfHeader(name) === undefined) {
          throw notImplemented(`The header ${name}`);
        }
      }
      if (prefix !== undefined) out[prefix.name] = prefixed;
      if (payload !== undefined) out[payload.name] = await readPayload(payload, body);
      return out;
    },
  };
}

async function readPayload(payload: Member, body: RequestBody): Promise<unknown> {
  const bytes = await body.bytes();
  if (payload.schema.isStringSchema()) return bytes.toString('utf8');
  if (bytes.length === 0) return undefined;
  const value = readXml(payload.schema, bytes);
  if (value === null || typeof value !== 'object') throw malformedXml(`${payload.name} has no elements`);
  return value;
}

function parseText({ name, schema }: Member, text: string): unknown {
  if (schema.isNumericSchema()) {
    if (!/^-?\d{1,15}$/.test(text)) throw invalidArgument(`Provided ${name} not an integer`, name, text);
    return Number(text);
  }
  if (schema.isBooleanSchema()) return text.toLowerCase() === 'true';
  if (schema.isTimestampSchema()) {
    // A date that cannot be read is as if it were not there: RFC 9110 §13.1.3.
    const date = new Date(text);
    return Number.isNaN(date.getTime()) ? undefined : date;
  }
  if (schema.isListSchema()) return text.split(',').map((item) => item.trim());
  return text;
}

function bindOutput(schema: NormalizedSchema, status: number): (output: object) => EncodedAnswer {
  const headers: { name: string; header: string }[] = [];
  const elements: string[] = [];
  let prefix: { header: string; name: string } | undefined;
  let payload: Member | undefined;
  for (const [name, member] of schema.isStructSchema() ? schema.structIterator() : []) {
    const traits = member.getMergedTraits();
    if (traits.httpHeader) headers.push({ name, header: traits.httpHeader.toLowerCase() });
    else if (traits.httpPrefixHeaders) prefix = { header: traits.httpPrefixHeaders, name };
    else if (!traits.httpPayload) elements.push(name);
    else if (!member.isStreaming()) payload = { name, schema: member };
  }

  const print = (values: Record<string, unknown>): string | undefined => {
    if (payload !== undefined) {
      const value = values[payload.name];
      if (typeof value === 'string') return value;
      return value === undefined ? undefined : writeXml(payload.schema, value);
    }
    if (elements.length === 0) return undefined;
    return writeXml(schema, Object.fromEntries(elements.map((name) => [name, values[name]])));
  };

  return (output) => {
    const values = output as Record<string, unknown> & AnswerExtras;
    const out: Record<string, string> = {};
    for (const { name, header } of headers) {
      const value = values[name];
      if (value !== undefined) out[header] = value instanceof Date ? value.toUTCString() : String(value);
    }
    if (prefix !== undefined) {
      for (const [name, value] of Object.entries((values[prefix.name] ?? {}) as Record<string, string>)) {
        out[prefix.header + name] = value;
      }
    }
    for (const [name, value] of Object.entries(values.$headers ?? {})) if (value !== undefined) out[name] = value;
    const text = values.$xml ?? withElements(print(values), values.$elements);
    if (text !== undefined) out['content-type'] ??= text.startsWith('<') ? 'application/xml' : 'application/json';
    return { status: values.$status ?? status, headers: out, text, file: values.$file };
  };
}

function withElements(text: string | undefined, elements: string | undefined): string | undefined {
  if (text === undefined || elements === undefined) return text;
  const end = text.lastIndexOf('</');
  return text.slice(0, end) + elements + text.slice(end);
}
