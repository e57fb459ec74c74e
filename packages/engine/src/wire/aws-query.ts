/** awsQuery (STS, IAM): a form body in, XML out, by the same schemas as the JSON protocols. */
import type { StaticOperationSchema } from '@smithy/types';
import { compileDecoder } from './json-decoder.ts';
import { type Shape, shapeOf } from './shape.ts';
import { lowerFirst, ShapeFault } from './shape-fault.ts';
import { decodeText, encodeText } from './text-binding.ts';

export function decodeQueryInput(schema: StaticOperationSchema, form: URLSearchParams): unknown {
  const shape = shapeOf(schema[4]);
  const input = shape.kind === 'structure' ? readForm(shape, form, '') : {};
  return compileDecoder(shape, { useJsonName: false })(input);
}

/** Members are `A.B`, list items `A.member.N`. Gives undefined where nothing under the prefix was sent. */
function readForm(shape: Shape, form: URLSearchParams, prefix: string): unknown {
  if (shape.kind === 'structure') {
    const value: Record<string, unknown> = {};
    for (const member of shape.members) {
      const read = readForm(member.shape, form, prefix ? `${prefix}.${member.name}` : member.name);
      if (read !== undefined) value[member.name] = read;
    }
    return prefix === '' || Object.keys(value).length > 0 ? value : undefined;
  }
  if (shape.kind === 'list') {
    const items: unknown[] = [];
    for (let index = 1; ; index++) {
      const item = readForm(shape.value(), form, `${prefix}.member.${index}`);
      if (item === undefined) break;
      items.push(item);
    }
    return items.length > 0 ? items : undefined;
  }
  const text = form.get(prefix);
  if (text === null) return undefined;
  try {
    const decoded = decodeText(text, shape, 'date-time');
    return decoded instanceof Date ? decoded.toISOString() : decoded;
  } catch (fault) {
    throw fault instanceof ShapeFault ? fault.within(prefix.split('.').map(lowerFirst).join('.')) : fault;
  }
}

export function printQueryOutput(schema: StaticOperationSchema, output: unknown, namespace: string, requestId: string): string {
  const name = schema[2];
  const shape = shapeOf(schema[5]);
  const result = shape.kind === 'unit' ? '' : `<${name}Result>${printXml(output ?? {}, shape)}</${name}Result>`;
  return `<${name}Response xmlns="${namespace}">${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${name}Response>`;
}

export function printQueryError(code: string, message: string, status: number, namespace: string, requestId: string): string {
  const type = status < 500 ? 'Sender' : 'Receiver';
  return (
    `<ErrorResponse xmlns="${namespace}"><Error><Type>${type}</Type><Code>${escapeXml(code)}</Code>` +
    `<Message>${escapeXml(message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`
  );
}

function printXml(value: unknown, shape: Shape): string {
  if (shape.kind === 'structure')
    return shape.members
      .map((member) => {
        const given = (value as Record<string, unknown>)[member.name];
        return given === undefined || given === null ? '' : `<${member.name}>${printXml(given, member.shape)}</${member.name}>`;
      })
      .join('');
  if (shape.kind === 'list')
    return (value as unknown[]).map((item) => `<member>${printXml(item, shape.value())}</member>`).join('');
  return escapeXml(encodeText(value, shape, 'date-time'));
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

const escapeXml = (text: string) => text.replace(/[&<>"']/g, (sign) => entities[sign] as string);
