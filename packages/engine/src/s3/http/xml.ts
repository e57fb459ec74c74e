import { XmlShapeDeserializer, XmlShapeSerializer } from '@aws-sdk/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import { malformedXml } from '../errors.ts';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const DATE_TIME = 5;
const SETTINGS = {
  xmlNamespace: NAMESPACE,
  serviceNamespace: 'com.amazonaws.s3',
  timestampFormat: { useTrait: true, default: DATE_TIME },
  httpBindings: true,
} as const;

const reader = new XmlShapeDeserializer(SETTINGS);

/** The SDK's parser drops entities that it does not know, which could turn one key into another. */
const UNKNOWN_ENTITY = /&(?!(amp|lt|gt|quot|apos|#\d+|#x[0-9a-f]+);)/i;

/** @throws MalformedXML */
export function readXml(schema: NormalizedSchema, body: Buffer): unknown {
  const text = body.toString('utf8');
  if (!text.includes('<![CDATA[') && UNKNOWN_ENTITY.test(text)) throw malformedXml('it has an unknown entity');
  try {
    return reader.read(schema, body);
  } catch (error) {
    throw malformedXml((error as Error).message);
  }
}

export function writeXml(schema: NormalizedSchema, value: unknown): string {
  const writer = new XmlShapeSerializer(SETTINGS);
  writer.write(schema, value);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${writer.flush()}`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escapeXml = (text: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not reach an XML document as they are
  text.replace(/[&<>"\u0000-\u0008\u000b-\u001f]/g, (sign) => ENTITIES[sign] ?? `&#x${sign.charCodeAt(0).toString(16)};`);

/** The document of an error; unlike all others it has no namespace. */
export function writeErrorXml(fields: Readonly<Record<string, string>>): string {
  const elements = Object.entries(fields).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${elements.join('')}</Error>`;
}

/** GetBucketLocation's element is text, which the schema does not tell. */
export function writeLocationXml(region: string): string {
  const constraint = region === 'us-east-1' ? '' : escapeXml(region);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="${NAMESPACE}">${constraint}</LocationConstraint>`;
}
