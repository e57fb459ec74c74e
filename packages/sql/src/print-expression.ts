/** Expressions to text. What does not fit on a line is broken at its outermost arguments, operands or branches. */
import { printIdentifier, printText } from './print-identifier.ts';
import type { Branch, Expression, Operator, SortKey, Window } from './tree.ts';

export const LINE_WIDTH = 110;
export const INDENT = '  ';

/** How tightly an operator binds; an operand that binds no tighter stands in parentheses. */
const BINDING = {
  OR: 1,
  AND: 2,
  '=': 3,
  '<>': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '||': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
} as const satisfies Record<Operator, number>;
const PREDICATE_BINDING = 3;
const ATOM_BINDING = 9;

/** `indent` is what the following lines of a broken expression begin with; `used` is what already stands on the first. */
export function printExpression(expression: Expression, indent: string, used = indent.length): string {
  const flat = printFlat(expression);
  if (used + flat.length <= LINE_WIDTH) return flat;
  return printBroken(expression, indent) ?? flat;
}

function printBroken(expression: Expression, indent: string): string | undefined {
  const inner = indent + INDENT;
  const nested = (child: Expression) => printExpression(child, inner);
  switch (expression.kind) {
    case 'call':
      return printBrokenCall(expression, indent);
    case 'cast':
      return `CAST(\n${inner}${nested(expression.value)} AS ${expression.type}\n${indent})`;
    case 'operation':
      return expression.operands
        .map((operand) => printOperand(operand, expression.operator, inner))
        .join(`\n${inner}${expression.operator} `);
    case 'case': {
      const branches = expression.branches.map((one) => `\n${inner}${printBranch(one, inner)}`).join('');
      const otherwise = expression.otherwise === undefined ? '' : `\n${inner}ELSE ${nested(expression.otherwise)}`;
      return `CASE${branches}${otherwise}\n${indent}END`;
    }
    default:
      return undefined;
  }
}

function printBranch({ condition, value }: Branch, indent: string): string {
  const inner = indent + INDENT;
  const flat = `WHEN ${printFlat(condition)} THEN ${printFlat(value)}`;
  if (indent.length + flat.length <= LINE_WIDTH) return flat;
  return `WHEN ${printExpression(condition, inner)}\n${inner}THEN ${printExpression(value, inner)}`;
}

/** Calls around one another, as in `to_hex(md5(to_utf8(`, share their line: only the innermost arguments are broken. */
function printBrokenCall(expression: Extract<Expression, { kind: 'call' }>, indent: string): string | undefined {
  const [first, ...rest] = expression.args;
  if (first === undefined) return undefined;
  const inner = indent + INDENT;
  const around = first.kind === 'call' && rest.every(isLiteral);
  const args = around
    ? [printBroken(first, indent) ?? printFlat(first), ...rest.map(printFlat)].join(', ')
    : `${expression.args.map((arg) => `\n${inner}${printExpression(arg, inner)}`).join(',')}\n${indent}`;
  return `${expression.name}(${args})${printOver(expression.over)}`;
}

const isLiteral = ({ kind }: Expression) => kind === 'integer' || kind === 'text' || kind === 'null' || kind === 'boolean';

function printOperand(operand: Expression, operator: Operator, indent: string): string {
  const printed = printExpression(operand, indent);
  return binding(operand) > BINDING[operator] ? printed : `(${printed})`;
}

function printFlat(expression: Expression): string {
  switch (expression.kind) {
    case 'column':
      return expression.of === undefined
        ? printIdentifier(expression.name)
        : `${printIdentifier(expression.of)}.${printIdentifier(expression.name)}`;
    case 'integer':
      return expression.value.toString();
    case 'text':
      return printText(expression.value);
    case 'null':
      return 'NULL';
    case 'boolean':
      return String(expression.value);
    case 'call':
      return `${expression.name}(${expression.args.map(printFlat).join(', ')})${printOver(expression.over)}`;
    case 'operation':
      return expression.operands
        .map((operand) => flatOperand(operand, BINDING[expression.operator]))
        .join(` ${expression.operator} `);
    case 'between':
      return `${flatOperand(expression.value, PREDICATE_BINDING)} BETWEEN ${flatOperand(expression.low, PREDICATE_BINDING)} AND ${flatOperand(expression.high, PREDICATE_BINDING)}`;
    case 'is-null':
      return `${flatOperand(expression.value, PREDICATE_BINDING)} IS ${expression.negated ? 'NOT ' : ''}NULL`;
    case 'cast':
      return `CAST(${printFlat(expression.value)} AS ${expression.type})`;
    case 'case': {
      const branches = expression.branches
        .map((one) => ` WHEN ${printFlat(one.condition)} THEN ${printFlat(one.value)}`)
        .join('');
      return `CASE${branches}${expression.otherwise === undefined ? '' : ` ELSE ${printFlat(expression.otherwise)}`} END`;
    }
  }
}

function flatOperand(operand: Expression, around: number): string {
  const printed = printFlat(operand);
  return binding(operand) > around ? printed : `(${printed})`;
}

function binding(expression: Expression): number {
  if (expression.kind === 'operation') return BINDING[expression.operator];
  if (expression.kind === 'between' || expression.kind === 'is-null') return PREDICATE_BINDING;
  // A minus sign in front of a literal binds looser than it looks.
  if (expression.kind === 'integer' && expression.value < 0n) return BINDING['*'];
  return ATOM_BINDING;
}

const printOver = (over: Window | string | undefined): string =>
  over === undefined ? '' : typeof over === 'string' ? ` OVER ${printIdentifier(over)}` : ` OVER (${printWindow(over)})`;

export function printWindow(window: Window): string {
  const parts = window.partitionBy.length === 0 ? [] : [`PARTITION BY ${window.partitionBy.map(printFlat).join(', ')}`];
  if (window.orderBy.length > 0) parts.push(`ORDER BY ${window.orderBy.map(printSortKey).join(', ')}`);
  if (window.running === true) parts.push('ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW');
  return parts.join(' ');
}

const printSortKey = (key: SortKey): string => printFlat(key.value) + (key.descending === true ? ' DESC' : '');
