/** Statement text to tokens with Trino's positions: lines and columns from 1. */
import { MalformedQuery, type Position, unsupported } from './query-error.ts';

export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'integer' | 'decimal' | 'double' | 'hex' | 'symbol' | 'end';
  /** Lower case for words; without quotes for names and strings. */
  readonly text: string;
  readonly at: Position;
  /** Offsets into the statement, so that a part of it can be kept as written. */
  readonly start: number;
  readonly end: number;
}

const PATTERNS: readonly [Token['kind'] | 'space' | 'comment' | 'hint', RegExp][] = [
  ['space', /\s+/y],
  ['comment', /--[^\n]*|\/\*[\s\S]*?\*\//y],
  ['hex', /[xX]'[^']*'/y],
  ['hint', /[uU]&['"]/y],
  ['string', /'(?:[^']|'')*'/y],
  ['quoted', /"(?:[^"]|"")+"|`(?:[^`]|``)+`/y],
  ['double', /(?:\d+\.\d*|\.\d+|\d+)[eE][+-]?\d+/y],
  ['decimal', /\d+\.\d*|\.\d+/y],
  ['integer', /\d+(?![A-Za-z_])/y],
  ['word', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['symbol', /<>|<=|>=|!=|\|\||->|=>|[-+*/%=<>()[\],.;?:]/y],
];

function tokenText(kind: Token['kind'], raw: string): string {
  if (kind === 'word') return raw.toLowerCase();
  if (kind === 'string') return raw.slice(1, -1).replaceAll("''", "'");
  if (kind === 'quoted') return raw.slice(1, -1).replaceAll(raw.startsWith('"') ? '""' : '``', raw.charAt(0));
  if (kind === 'hex') return raw.slice(2, -1);
  return raw === '!=' ? '<>' : raw;
}

export function tokenize(statement: string): Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  let line = 1;
  let lineStart = 0;
  const position = (): Position => ({ line, column: offset - lineStart + 1 });
  next: while (offset < statement.length) {
    for (const [kind, pattern] of PATTERNS) {
      pattern.lastIndex = offset;
      const raw = pattern.exec(statement)?.[0];
      if (raw === undefined) continue;
      const at = position();
      if (kind === 'hint') throw unsupported('A Unicode literal (U&)', at);
      if (kind !== 'space' && kind !== 'comment') {
        tokens.push({ kind, text: tokenText(kind, raw), at, start: offset, end: offset + raw.length });
      }
      for (let i = raw.indexOf('\n'); i >= 0; i = raw.indexOf('\n', i + 1)) {
        line += 1;
        lineStart = offset + i + 1;
      }
      offset += raw.length;
      continue next;
    }
    throw new MalformedQuery(`mismatched input '${statement.charAt(offset)}'`, position());
  }
  tokens.push({ kind: 'end', text: '<EOF>', at: position(), start: offset, end: offset });
  return tokens;
}
