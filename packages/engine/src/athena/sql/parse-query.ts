/** Queries: WITH, SELECT, VALUES, set operations, joins, UNNEST, grouping sets, ORDER BY, LIMIT. */
import type { Grouping, Query, QueryBody, Relation, Select, SelectItem, WindowSpec } from './ast.ts';
import { createGrammar, type Grammar } from './parse-expression.ts';
import { fromClause, isBareAlias, nameList, qualifiedName } from './parse-relation.ts';
import { unsupported } from './query-error.ts';
import type { TokenStream } from './token-stream.ts';

export const parseQuery = (tokens: TokenStream): Query => createGrammar(tokens, query).query();

function query(grammar: Grammar): Query {
  const { tokens } = grammar;
  const { at } = tokens;
  const ctes = tokens.take('with') ? withQueries(grammar) : [];
  const body = setOperation(grammar);
  const orderBy = tokens.take('order', 'by') ? grammar.sortKeys() : [];
  const offset = tokens.take('offset') ? rows(tokens) : undefined;
  const limit = limitClause(tokens);
  return { at, with: ctes, body, orderBy, ...(offset !== undefined && { offset }), ...(limit !== undefined && { limit }) };
}

function rows(tokens: TokenStream): number {
  const count = tokens.expectInteger();
  if (!tokens.take('rows')) tokens.take('row');
  return count;
}

function limitClause(tokens: TokenStream): number | undefined {
  if (tokens.take('limit')) return tokens.take('all') ? undefined : tokens.expectInteger();
  if (!tokens.take('fetch')) return undefined;
  if (!tokens.take('first')) tokens.expect('next');
  const count = rows(tokens);
  if (tokens.is('with', 'ties')) throw unsupported('FETCH … WITH TIES', tokens.at);
  tokens.expect('only');
  return count;
}

function withQueries(grammar: Grammar): Query['with'] {
  const { tokens } = grammar;
  if (tokens.is('recursive')) throw unsupported('WITH RECURSIVE', tokens.at);
  return tokens.list(() => {
    const { at } = tokens;
    const name = tokens.expectName();
    const columns = tokens.isSymbol('(') ? nameList(tokens) : undefined;
    tokens.expect('as');
    return { at, name, query: tokens.parenthesised(grammar.query), ...(columns && { columns }) };
  });
}

function setOperation(grammar: Grammar): QueryBody {
  const { tokens } = grammar;
  let left = intersection(grammar);
  for (;;) {
    const { at } = tokens;
    const operator = tokens.take('union') ? 'union' : tokens.take('except') ? 'except' : undefined;
    if (!operator) return left;
    const all = tokens.take('all') || (tokens.take('distinct') && false);
    if (all && operator === 'except') throw unsupported('EXCEPT ALL', at);
    left = { kind: 'set', at, operator, all, left, right: intersection(grammar) };
  }
}

function intersection(grammar: Grammar): QueryBody {
  const { tokens } = grammar;
  let left = term(grammar);
  for (let at = tokens.at; tokens.take('intersect'); at = tokens.at) {
    if (tokens.take('all')) throw unsupported('INTERSECT ALL', at);
    tokens.take('distinct');
    left = { kind: 'set', at, operator: 'intersect', all: false, left, right: term(grammar) };
  }
  return left;
}

function term(grammar: Grammar): QueryBody {
  const { tokens } = grammar;
  const { at } = tokens;
  if (tokens.isSymbol('(')) return { kind: 'nested', at, query: tokens.parenthesised(grammar.query) };
  if (tokens.take('values')) {
    const values = tokens.list(grammar.expression);
    return { kind: 'values', at, rows: values.map((value) => (value.kind === 'row' ? value.items : [value])) };
  }
  if (tokens.take('table')) {
    const from: Relation = { kind: 'table', at, name: qualifiedName(tokens) };
    return { kind: 'select', at, distinct: false, items: [{ kind: 'star', at }], from, groupBy: [], windows: {} };
  }
  return select(grammar);
}

function select(grammar: Grammar): Select {
  const { tokens } = grammar;
  const { at } = tokens;
  tokens.expect('select');
  const distinct = tokens.take('distinct') || (tokens.take('all') && false);
  const items = tokens.list(() => selectItem(grammar));
  const from = tokens.take('from') ? fromClause(grammar) : undefined;
  const where = tokens.take('where') ? grammar.expression() : undefined;
  const groupBy = tokens.take('group', 'by') ? tokens.list(() => grouping(grammar)) : [];
  const having = tokens.take('having') ? grammar.expression() : undefined;
  const windows: Record<string, WindowSpec> = {};
  if (tokens.take('window')) {
    tokens.list(() => {
      const name = tokens.expectName();
      tokens.expect('as');
      windows[name] = grammar.window();
    });
  }
  return {
    kind: 'select',
    at,
    distinct,
    items,
    groupBy,
    windows,
    ...(from && { from }),
    ...(where && { where }),
    ...(having && { having }),
  };
}

function selectItem(grammar: Grammar): SelectItem {
  const { tokens } = grammar;
  const { at } = tokens;
  if (tokens.takeSymbol('*')) return { kind: 'star', at };
  let ahead = 0;
  while (tokens.isName(ahead) && tokens.isSymbol('.', ahead + 1)) ahead += 2;
  if (ahead > 0 && tokens.isSymbol('*', ahead)) {
    const relation: string[] = [];
    while (!tokens.takeSymbol('*')) {
      relation.push(tokens.expectName());
      tokens.expectSymbol('.');
    }
    return { kind: 'star', at, relation };
  }
  const value = grammar.expression();
  const alias = tokens.take('as') || isBareAlias(tokens) ? tokens.expectName() : undefined;
  return { kind: 'column', at, value, ...(alias !== undefined && { alias }) };
}

function grouping(grammar: Grammar): Grouping {
  const { tokens } = grammar;
  const sets = () =>
    tokens.parenthesised(() =>
      tokens.list(() => {
        if (!tokens.isSymbol('(')) return [grammar.expression()];
        return tokens.parenthesised(() => (tokens.isSymbol(')') ? [] : tokens.list(grammar.expression)));
      }),
    );
  if (tokens.take('rollup')) return { kind: 'rollup', sets: sets() };
  if (tokens.take('cube')) return { kind: 'cube', sets: sets() };
  if (tokens.take('grouping', 'sets')) return { kind: 'sets', sets: sets() };
  return { kind: 'simple', value: grammar.expression() };
}
