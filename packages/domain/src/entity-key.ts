/**
 * The entity key: the canonical string of the values of an entity's key, and the record identifier in the store.
 *
 * Parts stand in the order of the definition, joined by `|`; `|` and `\` inside a part are written `\|` and `\\`. So
 * ("1","11") and ("11","1") never meet, a single plain part is itself, and the string can be read back.
 */
export type KeyPartType = 'string' | 'integral';
export type KeyPart = string | number;

export const MAX_KEY_BYTES = 2_048;

const escapePart = (part: string) => (part.includes('|') || part.includes('\\') ? part.replace(/[\\|]/g, '\\$&') : part);

/** Parts in the order of the definition → canonical string. Inverse of {@link parseEntityKey}. */
export function printEntityKey(parts: readonly KeyPart[]): string {
  let key = '';
  for (let at = 0; at < parts.length; at++) {
    const part = escapePart(String(parts[at]));
    key = at === 0 ? part : `${key}|${part}`;
  }
  return key;
}

/** Canonical string → parts as text; undefined when a backslash stands before anything but `|` or `\`, or at the end. */
export function parseEntityKey(key: string): string[] | undefined {
  const parts: string[] = [];
  let part = '';
  for (let at = 0; at < key.length; at++) {
    const char = key[at] as string;
    if (char === '|') {
      parts.push(part);
      part = '';
    } else if (char === '\\') {
      const next = key[++at];
      if (next !== '|' && next !== '\\') return undefined;
      part += next;
    } else {
      part += char;
    }
  }
  return [...parts, part];
}
