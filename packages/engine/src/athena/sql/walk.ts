/** The expressions directly inside an expression, and a text that is equal for equal expressions. */
import type { Expression } from './ast.ts';

const isExpression = (value: unknown): value is Expression =>
  typeof value === 'object' && value !== null && 'kind' in value && 'at' in value;

/** Also those of windows, sort keys and CASE branches; not those inside subqueries, which are yielded as they are. */
export function children(expression: Expression): Expression[] {
  const found: Expression[] = [];
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) collect(item);
    else if (isExpression(value)) found.push(value);
    else if (typeof value === 'object' && value !== null) collectMembers(value, collect);
  };
  collectMembers(expression, collect);
  return found;
}

/** Positions, types and subqueries hold no expression of this level. */
const NOT_INSIDE = new Set(['at', 'type', 'query']);

function collectMembers(of: object, collect: (value: unknown) => void): void {
  for (const [name, value] of Object.entries(of)) if (!NOT_INSIDE.has(name)) collect(value);
}

export function some(expression: Expression, test: (expression: Expression) => boolean): boolean {
  return test(expression) || children(expression).some((child) => some(child, test));
}

/** Without positions, and without the qualifiers of names, so it may be compared only where one relation is in scope. */
export const sameText = (value: unknown): string =>
  JSON.stringify(value, function (this: unknown, name, inner: unknown) {
    if (name === 'at') return undefined;
    const isNameParts = name === 'parts' && Array.isArray(inner) && (this as { kind?: string }).kind === 'name';
    return isNameParts ? inner.slice(-1) : inner;
  });
