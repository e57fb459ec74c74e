/** What an expression can start with: literals, names, calls, CASE, CAST, subqueries, lambdas. */
import type { CallExpression, Expression } from './ast.ts';
import { callTail } from './parse-call.ts';
import type { Grammar } from './parse-expression.ts';
import { parseType } from './parse-type.ts';
import { type Position, unsupported } from './query-error.ts';

const INTERVAL_UNITS = ['second', 'minute', 'hour', 'day', 'month', 'year'];

export function parsePrimary(grammar: Grammar): Expression {
  const { tokens } = grammar;
  const token = tokens.peek();
  const { at } = token;
  switch (token.kind) {
    case 'integer':
    case 'decimal':
    case 'double':
    case 'string':
    case 'hex':
      tokens.next();
      return { kind: token.kind, at, text: token.text };
    case 'symbol':
      return parenthesis(grammar, at);
    case 'quoted':
      return nameOrCall(grammar, at);
    case 'word':
      return keyword(grammar, at) ?? nameOrCall(grammar, at);
    default:
      return tokens.fail('<expression>');
  }
}

function parenthesis(grammar: Grammar, at: Position): Expression {
  const { tokens } = grammar;
  const lambda = isLambda(grammar);
  tokens.expectSymbol('(');
  if (lambda) {
    const parameters = tokens.isSymbol(')') ? [] : tokens.list(() => tokens.expectName());
    tokens.expectSymbol(')');
    tokens.expectSymbol('->');
    return { kind: 'lambda', at, parameters, body: grammar.expression() };
  }
  if (tokens.is('select') || tokens.is('with') || tokens.is('values')) {
    const query = grammar.query();
    tokens.expectSymbol(')');
    return { kind: 'subquery', at, query };
  }
  const items = tokens.list(grammar.expression);
  tokens.expectSymbol(')');
  return items.length === 1 ? (items[0] as Expression) : { kind: 'row', at, items };
}

/** `( name [, name …] ) ->` */
function isLambda({ tokens }: Grammar): boolean {
  let ahead = 1;
  while (tokens.isName(ahead) || tokens.isSymbol(',', ahead)) ahead += 1;
  return tokens.isSymbol('(') && tokens.isSymbol(')', ahead) && tokens.isSymbol('->', ahead + 1);
}

function keyword(grammar: Grammar, at: Position): Expression | undefined {
  const { tokens } = grammar;
  const word = tokens.peek().text;
  const opens = tokens.isSymbol('(', 1);
  const literal = tokens.peek(1).kind === 'string';
  if (word === 'null') return tokens.next() && { kind: 'null', at };
  if (word === 'true' || word === 'false') return tokens.next() && { kind: 'boolean', at, value: word === 'true' };
  if (word === 'case') return caseExpression(grammar, at);
  if ((word === 'cast' || word === 'try_cast') && opens) return cast(grammar, at);
  if (word === 'interval' && (literal || tokens.isSymbol('-', 1))) return interval(grammar, at);
  if (word === 'exists' && opens) {
    tokens.next();
    return { kind: 'exists', at, query: tokens.parenthesised(grammar.query) };
  }
  if (word === 'extract' && opens) {
    tokens.next();
    return tokens.parenthesised(() => {
      const field = tokens.next().text;
      tokens.expect('from');
      return { kind: 'extract', at, field, operand: grammar.value() } as const;
    });
  }
  if (word === 'position' && opens) {
    tokens.next();
    return tokens.parenthesised(() => {
      const needle = grammar.value();
      tokens.expect('in');
      return call('strpos', [grammar.value(), needle], at);
    });
  }
  if (word === 'array' && tokens.isSymbol('[', 1)) {
    tokens.next();
    tokens.next();
    const items = tokens.isSymbol(']') ? [] : tokens.list(grammar.expression);
    tokens.expectSymbol(']');
    return { kind: 'array', at, items };
  }
  if (word === 'row' && opens) {
    tokens.next();
    return { kind: 'row', at, items: tokens.parenthesised(() => tokens.list(grammar.expression)) };
  }
  if (word === 'trim' && opens) return trim(grammar, at);
  if (['current_date', 'current_timestamp', 'localtimestamp'].includes(word)) {
    tokens.next();
    if (tokens.isSymbol('(')) throw unsupported(`${word} with a precision`, at);
    return { kind: 'current', at, what: word.replace('current_', '') as 'date' | 'timestamp' | 'localtimestamp' };
  }
  if (word === 'grouping' && opens) return nameOrCall(grammar, at);
  if (literal && word === 'timestamp') {
    tokens.next();
    const text = tokens.expectString();
    const precision = /\.(\d+)/.exec(text)?.[1]?.length ?? 0;
    const zone = /(?:\s|\d)(Z|UTC|[+-]\d\d:\d\d|[A-Z][A-Za-z_]+\/[A-Za-z_]+)$/.exec(text.slice(10))?.[1];
    const type =
      zone === undefined
        ? ({ kind: 'timestamp', precision } as const)
        : ({ kind: 'timestamp with time zone', precision, zone } as const);
    return { kind: 'typed', at, text, type: { at, type } };
  }
  if (literal && /^(date|bigint|integer|smallint|tinyint|double|real|decimal|varchar|boolean|json)$/.test(word)) {
    const type = { at, type: parseType(tokens) };
    return { kind: 'typed', at, text: tokens.expectString(), type };
  }
  return undefined;
}

function caseExpression(grammar: Grammar, at: Position): Expression {
  const { tokens } = grammar;
  tokens.expect('case');
  const operand = tokens.is('when') ? undefined : grammar.expression();
  const branches: { when: Expression; value: Expression }[] = [];
  while (tokens.take('when')) {
    const when = grammar.expression();
    tokens.expect('then');
    branches.push({ when, value: grammar.expression() });
  }
  if (branches.length === 0) tokens.fail("'WHEN'");
  const otherwise = tokens.take('else') ? grammar.expression() : undefined;
  tokens.expect('end');
  return { kind: 'case', at, branches, ...(operand && { operand }), ...(otherwise && { otherwise }) };
}

function cast(grammar: Grammar, at: Position): Expression {
  const { tokens } = grammar;
  const attempt = tokens.next().text === 'try_cast';
  return tokens.parenthesised(() => {
    const operand = grammar.expression();
    tokens.expect('as');
    return { kind: 'cast', at, operand, attempt, type: { at: tokens.at, type: parseType(tokens) } } as const;
  });
}

function interval(grammar: Grammar, at: Position): Expression {
  const { tokens } = grammar;
  tokens.expect('interval');
  const negative = tokens.takeSymbol('-');
  const text = tokens.expectString();
  const unit = tokens.next().text;
  if (!INTERVAL_UNITS.includes(unit) || tokens.is('to'))
    throw unsupported(`An interval in ${unit}${tokens.is('to') ? ' to …' : ''}`, at);
  if (!/^[+-]?\d+$/.test(text.trim())) throw unsupported(`An interval of other than whole ${unit}s`, at);
  return { kind: 'interval', at, text: text.trim(), unit, negative };
}

function trim(grammar: Grammar, at: Position): Expression {
  const { tokens } = grammar;
  tokens.expect('trim');
  return tokens.parenthesised(() => {
    const side = (['leading', 'trailing', 'both'] as const).find((word) => tokens.take(word));
    const name = side === 'leading' ? 'ltrim' : side === 'trailing' ? 'rtrim' : 'trim';
    if (side && tokens.take('from')) return call(name, [grammar.value()], at);
    const first = grammar.value();
    if (tokens.take('from')) return call(name, [grammar.value(), first], at);
    return call(name, tokens.takeSymbol(',') ? [first, grammar.value()] : [first], at);
  });
}

const call = (name: string, args: readonly Expression[], at: Position): CallExpression => ({
  kind: 'call',
  at,
  name,
  args,
  star: false,
  distinct: false,
  orderBy: [],
});

function nameOrCall(grammar: Grammar, at: Position): Expression {
  const { tokens } = grammar;
  if (tokens.is('grouping')) {
    tokens.next();
    return callTail(grammar, 'grouping', at);
  }
  const wordBefore = tokens.peek().text;
  // `if` and the like are no reserved words; `left(…)`, `right(…)` are, and no functions of Athena either.
  const first = tokens.expectName();
  if (tokens.isSymbol('->')) {
    tokens.next();
    return { kind: 'lambda', at, parameters: [first], body: grammar.expression() };
  }
  const parts = [first];
  while (tokens.isSymbol('.') && tokens.isName(1)) {
    tokens.next();
    parts.push(tokens.expectName());
  }
  if (!tokens.isSymbol('(')) return { kind: 'name', at, parts };
  if (parts.length > 1) throw unsupported(`The function ${parts.join('.')}`, at);
  return callTail(grammar, wordBefore.toLowerCase(), at);
}
