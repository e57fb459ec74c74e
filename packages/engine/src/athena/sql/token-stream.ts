/** A cursor over tokens. `expect…` fails in Trino's words. */
import { type Token, tokenize } from './lexer.ts';
import { MalformedQuery, type Position } from './query-error.ts';

export class TokenStream {
  readonly text: string;
  private readonly tokens: readonly Token[];
  private index = 0;

  constructor(text: string) {
    this.text = text;
    this.tokens = tokenize(text);
  }

  peek(ahead = 0): Token {
    return this.tokens[Math.max(0, Math.min(this.index + ahead, this.tokens.length - 1))] as Token;
  }

  next(): Token {
    const token = this.peek();
    if (this.index < this.tokens.length - 1) this.index += 1;
    return token;
  }

  get at(): Position {
    return this.peek().at;
  }

  /** Words in a row, as `is('group', 'by')`; symbols go by `isSymbol`. */
  is(...words: readonly string[]): boolean {
    return words.every((word, i) => this.peek(i).kind === 'word' && this.peek(i).text === word);
  }

  isSymbol(symbol: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'symbol' && token.text === symbol;
  }

  take(...words: readonly string[]): boolean {
    if (!this.is(...words)) return false;
    for (const _ of words) this.next();
    return true;
  }

  takeSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.next();
    return true;
  }

  expect(...words: readonly string[]): void {
    for (const word of words) if (!this.take(word)) this.fail(`'${word.toUpperCase()}'`);
  }

  expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) this.fail(`'${symbol}'`);
  }

  expectEnd(): void {
    this.takeSymbol(';');
    if (this.peek().kind !== 'end') this.fail('<EOF>');
  }

  expectString(): string {
    if (this.peek().kind !== 'string') this.fail('<string>');
    return this.next().text;
  }

  expectInteger(): number {
    if (this.peek().kind !== 'integer') this.fail('<integer>');
    return Number(this.next().text);
  }

  /** A name in any spelling, in lower case: Athena's catalogue knows no other. */
  expectName(): string {
    const token = this.peek();
    if (token.kind === 'quoted') return this.next().text.toLowerCase();
    if (token.kind === 'word' && !RESERVED.has(token.text)) return this.next().text;
    return this.fail('<identifier>');
  }

  isName(ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'quoted' || (token.kind === 'word' && !RESERVED.has(token.text));
  }

  list<T>(parse: () => T): T[] {
    const items = [parse()];
    while (this.takeSymbol(',')) items.push(parse());
    return items;
  }

  parenthesised<T>(parse: () => T): T {
    this.expectSymbol('(');
    const value = parse();
    this.expectSymbol(')');
    return value;
  }

  fail(expecting: string): never {
    const token = this.peek();
    throw new MalformedQuery(
      `mismatched input '${token.kind === 'string' ? '<string>' : token.text}'. Expecting: ${expecting}`,
      token.at,
    );
  }
}

const RESERVED = new Set(
  `alter and as between by case cast constraint create cross cube current_date current_time current_timestamp deallocate delete
  describe distinct drop else end escape except execute exists extract false for from full group grouping having in inner insert
  intersect into is join left like localtime localtimestamp natural not null on or order outer prepare right rollup select skip
  table then true uescape union unnest using values when where with`.split(/\s+/),
);
