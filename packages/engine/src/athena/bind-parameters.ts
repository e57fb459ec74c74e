/** ExecutionParameters: each `?` of a statement becomes the expression that stands for it, in order, as text. */
import { type Token, tokenize } from './sql/lexer.ts';
import { QueryError } from './sql/query-error.ts';

const isSymbol = (token: Token, text: string) => token.kind === 'symbol' && token.text === text;

/**
 * In brackets unless it is one word, since `1 - ?` with `-1` would begin a comment; a bare literal is what LIMIT takes.
 * @throws QueryError for text that would end the brackets or the statement
 */
function expressionText(parameter: string, number: number): string {
  const tokens = tokenize(parameter).slice(0, -1);
  let depth = 0;
  const isWhole = tokens.every((token) => {
    depth += isSymbol(token, '(') ? 1 : isSymbol(token, ')') ? -1 : 0;
    return depth >= 0 && !isSymbol(token, ';') && !isSymbol(token, '?');
  });
  const [first, last] = [tokens[0], tokens.at(-1)];
  if (first === undefined || last === undefined || !isWhole || depth !== 0)
    throw new QueryError('INVALID_PARAMETER_USAGE', `Parameter ${number} is not an expression`);
  const text = parameter.slice(first.start, last.end);
  return tokens.length === 1 ? ` ${text} ` : `(${text})`;
}

/** @throws QueryError when there are more or fewer parameters than places for them */
export function bindParameters(statement: string, parameters: readonly string[] | undefined): string {
  const places = tokenize(statement).filter((token) => isSymbol(token, '?'));
  const given = parameters?.length ?? 0;
  if (places.length !== given)
    throw new QueryError(
      'INVALID_PARAMETER_USAGE',
      `line 1:1: Incorrect number of parameters: expected ${places.length} but found ${given}`,
    );
  let [bound, from] = ['', 0];
  for (const [index, { start, end }] of places.entries()) {
    bound += statement.slice(from, start) + expressionText((parameters as readonly string[])[index] as string, index + 1);
    from = end;
  }
  return bound + statement.slice(from);
}
