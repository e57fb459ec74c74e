import { ShapeFault } from './shape-fault.ts';

/** Percent-decodes one name, value or path segment. `+` stays `+`: clients send a space as %20. */
export function decodePart(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ShapeFault('type', 'percent-encoded UTF-8').within('uri');
  }
}

/** Query text to name → values, in the order sent. */
export function parseQueryText(text: string): Map<string, string[]> {
  const query = new Map<string, string[]>();
  if (text === '') return query;
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decodePart(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : decodePart(pair.slice(equals + 1));
    const values = query.get(name);
    if (values) values.push(value);
    else query.set(name, [value]);
  }
  return query;
}
