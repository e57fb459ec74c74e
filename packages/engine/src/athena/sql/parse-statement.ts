/** Athena's statements: queries, UNLOAD and CTAS in Trino's grammar, the rest in Hive's. */
import type { Query } from './ast.ts';
import { type CreateTable, parseCreateTable } from './parse-create-table.ts';
import { parseQuery } from './parse-query.ts';
import { qualifiedName } from './parse-relation.ts';
import { unsupported } from './query-error.ts';
import { TokenStream } from './token-stream.ts';

export type PropertyValue = string | number | boolean | readonly string[];
export type Properties = Readonly<Record<string, PropertyValue>>;

export type Statement =
  | { readonly kind: 'query'; readonly query: Query }
  | { readonly kind: 'unload'; readonly query: Query; readonly to: string; readonly properties: Properties }
  | {
      readonly kind: 'ctas';
      readonly table: readonly string[];
      readonly ifNotExists: boolean;
      readonly query: Query;
      readonly properties: Properties;
      readonly withData: boolean;
    }
  | CreateTable
  | {
      readonly kind: 'create-database';
      readonly name: string;
      readonly ifNotExists: boolean;
      readonly comment?: string;
      readonly location?: string;
    }
  | { readonly kind: 'drop'; readonly what: 'table' | 'view'; readonly name: readonly string[]; readonly ifExists: boolean }
  | { readonly kind: 'repair'; readonly name: readonly string[] }
  | { readonly kind: 'show'; readonly what: 'tables' | 'databases'; readonly database?: string; readonly pattern?: string }
  | { readonly kind: 'show-partitions' | 'describe' | 'show-columns'; readonly name: readonly string[] };

/** Statements that Athena has and this engine has not: named, so that nobody looks for a typo. */
const REFUSED = [
  'insert',
  'delete',
  'update',
  'merge',
  'alter',
  'explain',
  'analyze',
  'prepare',
  'execute',
  'deallocate',
  'optimize',
  'vacuum',
  'grant',
  'revoke',
  'set',
  'use',
  'call',
  'truncate',
];

export function parseStatement(text: string): Statement {
  const tokens = new TokenStream(text);
  const statement = parse(tokens);
  tokens.expectEnd();
  return statement;
}

function parse(tokens: TokenStream): Statement {
  const { at } = tokens;
  if (tokens.is('select') || tokens.is('with') || tokens.is('values') || tokens.is('table') || tokens.isSymbol('('))
    return { kind: 'query', query: parseQuery(tokens) };
  if (tokens.is('unload')) return unload(tokens);
  if (tokens.take('create')) return create(tokens);
  if (tokens.take('drop')) return drop(tokens);
  if (tokens.take('msck', 'repair', 'table')) return { kind: 'repair', name: qualifiedName(tokens) };
  if (tokens.take('show')) return show(tokens);
  if (tokens.take('describe') || tokens.take('desc')) {
    tokens.take('extended') || tokens.take('formatted');
    return { kind: 'describe', name: qualifiedName(tokens) };
  }
  const refused = REFUSED.find((word) => tokens.is(word));
  if (refused) throw unsupported(refused.toUpperCase(), at);
  return tokens.fail("'ALTER', 'CREATE', 'DESCRIBE', 'DROP', 'MSCK', 'SELECT', 'SHOW', 'UNLOAD', 'VALUES', 'WITH'");
}

function unload(tokens: TokenStream): Statement {
  tokens.expect('unload');
  const query = tokens.parenthesised(() => parseQuery(tokens));
  tokens.expect('to');
  const to = tokens.expectString();
  return { kind: 'unload', query, to, properties: tokens.take('with') ? propertyList(tokens) : {} };
}

function create(tokens: TokenStream): Statement {
  const { at } = tokens;
  if (tokens.take('database') || tokens.take('schema')) {
    const ifNotExists = tokens.take('if', 'not', 'exists');
    const name = tokens.expectName();
    const comment = tokens.take('comment') ? tokens.expectString() : undefined;
    const location = tokens.take('location') ? tokens.expectString() : undefined;
    return {
      kind: 'create-database',
      name,
      ifNotExists,
      ...(comment !== undefined && { comment }),
      ...(location !== undefined && { location }),
    };
  }
  if (tokens.is('view') || tokens.is('or', 'replace')) throw unsupported('CREATE VIEW', at);
  if (tokens.take('external')) return parseCreateTable(tokens);
  tokens.expect('table');
  const ifNotExists = tokens.take('if', 'not', 'exists');
  const table = qualifiedName(tokens);
  if (tokens.isSymbol('(')) throw unsupported('CREATE TABLE without EXTERNAL (an Iceberg table)', at);
  const properties = tokens.take('with') ? propertyList(tokens) : {};
  tokens.expect('as');
  const query = parseQuery(tokens);
  const withData = !tokens.take('with', 'no', 'data');
  if (withData) tokens.take('with', 'data');
  return { kind: 'ctas', table, ifNotExists, query, properties, withData };
}

function propertyList(tokens: TokenStream): Properties {
  const properties: Record<string, PropertyValue> = {};
  tokens.parenthesised(() =>
    tokens.list(() => {
      const name = tokens.expectName();
      tokens.expectSymbol('=');
      properties[name] = propertyValue(tokens);
    }),
  );
  return properties;
}

function propertyValue(tokens: TokenStream): PropertyValue {
  if (tokens.peek().kind === 'string') return tokens.expectString();
  if (tokens.peek().kind === 'integer') return tokens.expectInteger();
  if (tokens.take('true')) return true;
  if (tokens.take('false')) return false;
  tokens.expect('array');
  tokens.expectSymbol('[');
  const items = tokens.isSymbol(']') ? [] : tokens.list(() => tokens.expectString());
  tokens.expectSymbol(']');
  return items;
}

function drop(tokens: TokenStream): Statement {
  const { at } = tokens;
  if (tokens.is('database') || tokens.is('schema')) throw unsupported('DROP DATABASE', at);
  const what = tokens.take('view') ? 'view' : 'table';
  if (what === 'table') tokens.expect('table');
  const ifExists = tokens.take('if', 'exists');
  return { kind: 'drop', what, ifExists, name: qualifiedName(tokens) };
}

function show(tokens: TokenStream): Statement {
  const { at } = tokens;
  if (tokens.take('partitions')) return { kind: 'show-partitions', name: qualifiedName(tokens) };
  if (tokens.take('columns')) {
    if (!tokens.take('from')) tokens.expect('in');
    return { kind: 'show-columns', name: qualifiedName(tokens) };
  }
  if (tokens.take('databases') || tokens.take('schemas')) return { kind: 'show', what: 'databases', ...like(tokens) };
  if (!tokens.take('tables')) throw unsupported(`SHOW ${tokens.peek().text.toUpperCase()}`, at);
  const database = tokens.take('in') || tokens.take('from') ? tokens.expectName() : undefined;
  return { kind: 'show', what: 'tables', ...(database !== undefined && { database }), ...like(tokens) };
}

function like(tokens: TokenStream): { pattern?: string } {
  tokens.take('like');
  return tokens.peek().kind === 'string' ? { pattern: tokens.expectString() } : {};
}
