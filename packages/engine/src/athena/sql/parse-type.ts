/** Type names, in Trino's spelling (`array(bigint)`, `row(a double)`) and in Hive's (`array<bigint>`, `struct<a:double>`, `string`). */
import { unsupported } from './query-error.ts';
import { TokenStream } from './token-stream.ts';
import { arrayOf, simple, type Type } from './types.ts';

const NAMES: Readonly<Record<string, Type>> = {
  boolean: simple('boolean'),
  tinyint: simple('tinyint'),
  smallint: simple('smallint'),
  int: simple('integer'),
  integer: simple('integer'),
  bigint: simple('bigint'),
  real: simple('real'),
  float: simple('real'),
  double: simple('double'),
  string: simple('varchar'),
  varchar: simple('varchar'),
  binary: simple('varbinary'),
  varbinary: simple('varbinary'),
  date: simple('date'),
  json: simple('json'),
};

function decimal(tokens: TokenStream): Type {
  if (!tokens.takeSymbol('(')) return { kind: 'decimal', precision: 38, scale: 0 };
  const precision = tokens.expectInteger();
  const scale = tokens.takeSymbol(',') ? tokens.expectInteger() : 0;
  tokens.expectSymbol(')');
  return { kind: 'decimal', precision, scale };
}

function timestamp(tokens: TokenStream): Type {
  const precision = tokens.isSymbol('(') ? tokens.parenthesised(() => tokens.expectInteger()) : 3;
  if (precision > 9) throw unsupported(`timestamp(${precision})`, tokens.at);
  if (tokens.take('with', 'time', 'zone')) return { kind: 'timestamp with time zone', precision, zone: undefined };
  tokens.take('without', 'time', 'zone');
  return { kind: 'timestamp', precision };
}

const inBrackets = <T>(tokens: TokenStream, parse: () => T): T => {
  if (!tokens.takeSymbol('<')) return tokens.parenthesised(parse);
  const value = parse();
  tokens.expectSymbol('>');
  return value;
};

export function parseType(tokens: TokenStream): Type {
  const { at } = tokens;
  const name = tokens.next().text.toLowerCase();
  if (name === 'decimal' || name === 'numeric') return decimal(tokens);
  if (name === 'timestamp') return timestamp(tokens);
  if (name === 'array') return arrayOf(inBrackets(tokens, () => parseType(tokens)));
  if (name === 'map') {
    return inBrackets(tokens, () => {
      const key = parseType(tokens);
      tokens.expectSymbol(',');
      return { kind: 'map', key, value: parseType(tokens) };
    });
  }
  if (name === 'row' || name === 'struct') {
    return inBrackets(tokens, () => ({ kind: 'row', fields: tokens.list(() => field(tokens)) }));
  }
  const type = NAMES[name];
  if (!type) throw unsupported(`The type ${name}`, at);
  if (name === 'double') tokens.take('precision');
  if (type.kind === 'varchar' && tokens.isSymbol('(')) {
    return { kind: 'varchar', length: tokens.parenthesised(() => tokens.expectInteger()) };
  }
  return type;
}

function field(tokens: TokenStream): { name: string | undefined; type: Type } {
  const named = tokens.isName() && ![',', ')', '(', '<', '>'].some((symbol) => tokens.isSymbol(symbol, 1));
  if (!named || tokens.is('timestamp', 'with')) return { name: undefined, type: parseType(tokens) };
  const name = tokens.expectName();
  tokens.takeSymbol(':');
  return { name, type: parseType(tokens) };
}

/** The type of a Glue column. @throws NOT_SUPPORTED, naming it */
export function parseGlueType(text: string): Type {
  const tokens = new TokenStream(text);
  const type = parseType(tokens);
  tokens.expectEnd();
  return type;
}
