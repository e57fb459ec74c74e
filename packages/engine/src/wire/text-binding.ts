/** Members that travel as text: in the path, the query, a header or a form. */

import type { Shape, TimestampFormat } from './shape.ts';
import { ShapeFault } from './shape-fault.ts';
import { parseTimestamp, printTimestamp } from './timestamp.ts';

export function decodeText(text: string, shape: Shape, defaultFormat: TimestampFormat): unknown {
  switch (shape.kind) {
    case 'number': {
      const number = Number(text);
      if (text.trim() === '' || (Number.isNaN(number) && text !== 'NaN')) throw new ShapeFault('type', 'a number');
      return number;
    }
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw new ShapeFault('type', 'true or false');
      return text === 'true';
    case 'timestamp':
      return parseTimestamp(text, shape.format ?? defaultFormat);
    case 'blob':
      return new Uint8Array(Buffer.from(text, 'base64'));
    default:
      return text;
  }
}

export const decodeTexts = (texts: readonly string[], shape: Shape, defaultFormat: TimestampFormat): unknown[] =>
  texts.map((text) => decodeText(text, shape, defaultFormat));

export function encodeText(value: unknown, shape: Shape, defaultFormat: TimestampFormat): string {
  if (shape.kind === 'timestamp') return String(printTimestamp(value as Date, shape.format ?? defaultFormat));
  if (shape.kind === 'list') return (value as unknown[]).map((item) => encodeText(item, shape.value(), defaultFormat)).join(', ');
  if (shape.kind === 'blob') return Buffer.from(value as Uint8Array).toString('base64');
  return String(value);
}
