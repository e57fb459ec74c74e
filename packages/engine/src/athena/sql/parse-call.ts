/** What follows the name of a function: arguments, ORDER BY, FILTER, IGNORE NULLS, OVER. */
import type { Expression } from './ast.ts';
import type { Grammar } from './parse-expression.ts';
import { type Position, unsupported } from './query-error.ts';

export function callTail(grammar: Grammar, name: string, at: Position): Expression {
  const { tokens } = grammar;
  const inner = tokens.parenthesised(() => {
    if (tokens.takeSymbol('*')) return { star: true, distinct: false, args: [] as Expression[], orderBy: [] };
    const distinct = tokens.take('distinct') || (tokens.take('all') && false);
    const args = tokens.isSymbol(')') || tokens.is('order') ? [] : tokens.list(grammar.expression);
    const orderBy = tokens.take('order', 'by') ? grammar.sortKeys() : [];
    return { star: false, distinct, args, orderBy };
  });
  if (tokens.is('within', 'group')) throw unsupported(`${name}(…) WITHIN GROUP`, tokens.at);
  const filter = tokens.is('filter') && tokens.isSymbol('(', 1) ? filterClause(grammar) : undefined;
  const nulls = tokens.take('ignore', 'nulls') ? 'ignore' : tokens.take('respect', 'nulls') ? 'respect' : undefined;
  const over = tokens.take('over') ? windowOrName(grammar) : undefined;
  return { kind: 'call', at, name, ...inner, ...(filter && { filter }), ...(nulls && { nulls }), ...(over && { over }) };
}

function filterClause({ tokens, expression }: Grammar): Expression {
  tokens.expect('filter');
  return tokens.parenthesised(() => {
    tokens.expect('where');
    return expression();
  });
}

const windowOrName = ({ tokens, window }: Grammar) =>
  tokens.isSymbol('(') ? window() : { name: tokens.expectName(), partitionBy: [], orderBy: [] };
