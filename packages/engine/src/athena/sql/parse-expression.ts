/** Expressions, by precedence: or, and, not, predicates, + -, * / %, ||-level, unary, postfix, primary. */
import type { Comparison, Expression, Query, SortKey, WindowSpec } from './ast.ts';
import { parsePrimary } from './parse-primary.ts';
import { unsupported } from './query-error.ts';
import type { TokenStream } from './token-stream.ts';

/** Subqueries are parsed by the query parser, which is handed in: the two grammars know each other. */
export interface Grammar {
  readonly tokens: TokenStream;
  query(): Query;
  expression(): Expression;
  /** Without and, or, not and predicates. */
  value(): Expression;
  sortKeys(): SortKey[];
  window(): WindowSpec;
}

const COMPARISONS: readonly string[] = ['=', '<>', '<', '<=', '>', '>='];

export function createGrammar(tokens: TokenStream, query: (grammar: Grammar) => Query): Grammar {
  const grammar: Grammar = {
    tokens,
    query: () => query(grammar),
    expression: disjunction,
    value: additive,
    sortKeys: () => tokens.list(sortKey),
    window,
  };

  function disjunction(): Expression {
    let left = conjunction();
    for (let at = tokens.at; tokens.take('or'); at = tokens.at) left = { kind: 'or', at, left, right: conjunction() };
    return left;
  }

  function conjunction(): Expression {
    let left = negation();
    for (let at = tokens.at; tokens.take('and'); at = tokens.at) left = { kind: 'and', at, left, right: negation() };
    return left;
  }

  function negation(): Expression {
    const { at } = tokens;
    return tokens.take('not') ? { kind: 'not', at, operand: negation() } : predicate();
  }

  function predicate(): Expression {
    let operand = additive();
    for (;;) {
      const { at } = tokens;
      const token = tokens.peek();
      if (token.kind === 'symbol' && COMPARISONS.includes(token.text)) {
        tokens.next();
        if (tokens.is('all') || tokens.is('any') || tokens.is('some')) throw unsupported('A quantified comparison', at);
        operand = { kind: 'compare', at, operator: token.text as Comparison, left: operand, right: additive() };
      } else if (tokens.take('is')) {
        const negated = tokens.take('not');
        const tested = isPredicate(operand);
        operand = negated ? { kind: 'not', at, operand: tested } : tested;
      } else {
        const negated = tokens.is('not') && ['between', 'in', 'like'].includes(tokens.peek(1).text);
        if (negated) tokens.next();
        const tested = rangePredicate(operand);
        if (!tested) return operand;
        operand = negated ? { kind: 'not', at, operand: tested } : tested;
      }
    }
  }

  function isPredicate(operand: Expression): Expression {
    const { at } = tokens;
    if (tokens.take('null')) return { kind: 'is-null', at, operand };
    tokens.expect('distinct', 'from');
    return { kind: 'distinct-from', at, left: operand, right: additive() };
  }

  function rangePredicate(operand: Expression): Expression | undefined {
    const { at } = tokens;
    if (tokens.take('between')) {
      const low = additive();
      tokens.expect('and');
      return { kind: 'between', at, operand, low, high: additive() };
    }
    if (tokens.take('like')) {
      const pattern = additive();
      return { kind: 'like', at, operand, pattern, ...(tokens.take('escape') && { escape: additive() }) };
    }
    if (!tokens.take('in')) return undefined;
    return tokens.parenthesised((): Expression => {
      if (tokens.is('select') || tokens.is('with')) return { kind: 'in-query', at, operand, query: grammar.query() };
      return { kind: 'in', at, operand, list: tokens.list(grammar.expression) };
    });
  }

  function additive(): Expression {
    let left = multiplicative();
    for (;;) {
      const { at } = tokens;
      if (tokens.takeSymbol('||')) left = { kind: 'concat', at, left, right: multiplicative() };
      else if (tokens.takeSymbol('+')) left = { kind: 'arithmetic', operator: '+', at, left, right: multiplicative() };
      else if (tokens.takeSymbol('-')) left = { kind: 'arithmetic', operator: '-', at, left, right: multiplicative() };
      else return left;
    }
  }

  function multiplicative(): Expression {
    let left = unary();
    for (;;) {
      const { at } = tokens;
      if (tokens.takeSymbol('*')) left = { kind: 'arithmetic', operator: '*', at, left, right: unary() };
      else if (tokens.takeSymbol('/')) left = { kind: 'arithmetic', operator: '/', at, left, right: unary() };
      else if (tokens.takeSymbol('%')) left = { kind: 'arithmetic', operator: '%', at, left, right: unary() };
      else return left;
    }
  }

  function unary(): Expression {
    const { at } = tokens;
    if (tokens.takeSymbol('-')) return { kind: 'negate', at, operand: unary() };
    if (tokens.takeSymbol('+')) return unary();
    return postfix(parsePrimary(grammar));
  }

  function postfix(start: Expression): Expression {
    let base = start;
    for (;;) {
      const { at } = tokens;
      if (tokens.takeSymbol('[')) {
        base = { kind: 'subscript', at, base, index: grammar.value() };
        tokens.expectSymbol(']');
      } else if (base.kind !== 'name' && tokens.takeSymbol('.')) {
        base = { kind: 'field', at, base, field: tokens.expectName() };
      } else if (tokens.take('at', 'time', 'zone')) {
        base = { kind: 'at-zone', at, operand: base, zone: unary() };
      } else return base;
    }
  }

  function sortKey(): SortKey {
    const { at } = tokens;
    const value = grammar.expression();
    const descending = tokens.take('desc') || (tokens.take('asc') && false);
    const nullsFirst = tokens.take('nulls', 'first') || (tokens.take('nulls', 'last') && false);
    return { at, value, descending, nullsFirst };
  }

  function window(): WindowSpec {
    return tokens.parenthesised((): WindowSpec => {
      if (tokens.isName() && !tokens.is('partition') && !tokens.is('rows') && !tokens.is('range') && !tokens.is('groups')) {
        throw unsupported('A window built on another window', tokens.at);
      }
      const partitionBy = tokens.take('partition', 'by') ? tokens.list(grammar.expression) : [];
      const orderBy = tokens.take('order', 'by') ? grammar.sortKeys() : [];
      const unit = (['rows', 'range', 'groups'] as const).find((word) => tokens.take(word));
      if (!unit) return { partitionBy, orderBy };
      if (!tokens.take('between')) return { partitionBy, orderBy, frame: { unit, start: bound(), end: { kind: 'current row' } } };
      const start = bound();
      tokens.expect('and');
      return { partitionBy, orderBy, frame: { unit, start, end: bound() } };
    });
  }

  function bound() {
    if (tokens.take('unbounded', 'preceding')) return { kind: 'unbounded preceding' } as const;
    if (tokens.take('unbounded', 'following')) return { kind: 'unbounded following' } as const;
    if (tokens.take('current', 'row')) return { kind: 'current row' } as const;
    const offset = grammar.value();
    if (tokens.take('preceding')) return { kind: 'preceding', offset } as const;
    tokens.expect('following');
    return { kind: 'following', offset } as const;
  }

  return grammar;
}
