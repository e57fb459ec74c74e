/** FROM: tables, subqueries, joins, UNNEST and their aliases. */
import type { Alias, Relation } from './ast.ts';
import type { Grammar } from './parse-expression.ts';
import { unsupported } from './query-error.ts';
import type { TokenStream } from './token-stream.ts';

export const nameList = (tokens: TokenStream) => tokens.parenthesised(() => tokens.list(() => tokens.expectName()));

/** Words that continue a query rather than name what stands before them. */
const FOLLOWING = new Set(
  'from where group having order limit offset fetch union intersect except window join left right full inner cross natural on using tablesample match_recognize'.split(
    ' ',
  ),
);
export const isBareAlias = (tokens: TokenStream) =>
  tokens.isName() && !(tokens.peek().kind === 'word' && FOLLOWING.has(tokens.peek().text));

export function fromClause(grammar: Grammar): Relation {
  const { tokens } = grammar;
  let left = joined(grammar);
  for (let at = tokens.at; tokens.takeSymbol(','); at = tokens.at)
    left = { kind: 'join', at, type: 'cross', left, right: joined(grammar) };
  return left;
}

function joined(grammar: Grammar): Relation {
  const { tokens } = grammar;
  let left = relation(grammar);
  for (;;) {
    const { at } = tokens;
    if (tokens.is('natural')) throw unsupported('NATURAL JOIN', at);
    if (tokens.take('cross')) {
      tokens.expect('join');
      left = { kind: 'join', at, type: 'cross', left, right: relation(grammar) };
      continue;
    }
    const outer = (['left', 'right', 'full'] as const).find((word) => tokens.take(word));
    if (outer) tokens.take('outer');
    const type = outer ?? 'inner';
    if (!outer && !tokens.is('join') && !tokens.take('inner')) return left;
    tokens.expect('join');
    const right = relation(grammar);
    if (tokens.take('using')) left = { kind: 'join', at, type, left, right, using: nameList(tokens) };
    else {
      tokens.expect('on');
      left = { kind: 'join', at, type, left, right, on: grammar.expression() };
    }
  }
}

function relation(grammar: Grammar): Relation {
  const { tokens } = grammar;
  const { at } = tokens;
  if (tokens.isSymbol('(')) return parenthesised(grammar);
  if (tokens.take('lateral')) {
    const inner = tokens.parenthesised(grammar.query);
    return { kind: 'derived', at, query: inner, lateral: true, ...alias(tokens) };
  }
  if (tokens.take('unnest')) {
    const items = tokens.parenthesised(() => tokens.list(grammar.expression));
    const ordinality = tokens.take('with', 'ordinality');
    return { kind: 'unnest', at, items, ordinality, ...alias(tokens) };
  }
  const name = qualifiedName(tokens);
  if (tokens.isSymbol('(')) throw unsupported(`The table function ${name.join('.')}`, at);
  if (tokens.is('for')) throw unsupported('Time travel (FOR TIMESTAMP AS OF)', tokens.at);
  const table: Relation = { kind: 'table', at, name, ...alias(tokens) };
  return table;
}

function parenthesised(grammar: Grammar): Relation {
  const { tokens } = grammar;
  const { at } = tokens;
  let depth = 1;
  while (tokens.isSymbol('(', depth)) depth += 1;
  const inner = tokens.peek(depth);
  if (inner.kind === 'word' && ['select', 'with', 'values', 'table'].includes(inner.text)) {
    const query = tokens.parenthesised(grammar.query);
    return { kind: 'derived', at, query, lateral: false, ...alias(tokens) };
  }
  return tokens.parenthesised(() => fromClause(grammar));
}

function alias(tokens: TokenStream): { alias?: Alias } {
  if (tokens.is('tablesample')) throw unsupported('TABLESAMPLE', tokens.at);
  if (tokens.is('match_recognize')) throw unsupported('MATCH_RECOGNIZE', tokens.at);
  if (!tokens.take('as') && !isBareAlias(tokens)) return {};
  const name = tokens.expectName();
  const columns = tokens.isSymbol('(') ? nameList(tokens) : undefined;
  if (tokens.is('tablesample')) throw unsupported('TABLESAMPLE', tokens.at);
  return { alias: { name, ...(columns && { columns }) } };
}

export function qualifiedName(tokens: TokenStream): string[] {
  const parts = [tokens.expectName()];
  while (tokens.takeSymbol('.')) parts.push(tokens.expectName());
  return parts;
}
