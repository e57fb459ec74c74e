/** Queries to text: one column, one condition, one named query to a line, so that a change reads well in a diff. */
import { INDENT, LINE_WIDTH, printExpression, printWindow } from './print-expression.ts';
import { printIdentifier, printTableName } from './print-identifier.ts';
import type { Expression, NamedQuery, Query, Relation, Select, SelectColumn, UnionAll } from './tree.ts';

/** The text of a query for Athena (engine version 3) and Trino, without a semicolon or a final newline. */
export function printAthena(query: Query, indent = ''): string {
  const named = query.with.map((one) => printNamed(one, indent + INDENT)).join(',\n');
  const body = printSelect(query.body, indent);
  return query.with.length === 0 ? body : `${indent}WITH\n${named}\n${body}`;
}

function printNamed(named: NamedQuery, indent: string): string {
  return `${indent}${printIdentifier(named.name)} AS (\n${printBody(named.body, indent + INDENT)}\n${indent})`;
}

function printBody(body: Select | UnionAll, indent: string): string {
  if (body.kind === 'select') return printSelect(body, indent);
  return body.selects.map((select) => printSelect(select, indent)).join(`\n${indent}UNION ALL\n`);
}

function printSelect(select: Select, indent: string): string {
  const inner = indent + INDENT;
  const lines = [printColumns(select, indent), `${indent}FROM ${printRelation(select.from, indent)}`];
  if (select.times !== undefined) {
    const rows = select.times.values.map((value) => `(${value})`).join(', ');
    lines.push(`${indent}CROSS JOIN (VALUES ${rows}) AS times (${printIdentifier(select.times.column)})`);
  }
  for (const join of select.joins ?? []) {
    lines.push(`${indent}JOIN ${printIdentifier(join.name)} ON ${printExpression(join.on, inner)}`);
  }
  const conditions = (select.where ?? []).map((one) => printCondition(one, inner));
  if (conditions.length > 0) lines.push(`${indent}WHERE ${conditions.join(`\n${inner}AND `)}`);
  const windows = Object.entries(select.windows ?? {}).map(
    ([name, window]) => `${printIdentifier(name)} AS (${printWindow(window)})`,
  );
  if (windows.length > 0) lines.push(`${indent}WINDOW ${windows.join(`,\n${inner}`)}`);
  return lines.join('\n');
}

/** One of several that hold together: an OR stands in parentheses. */
function printCondition(condition: Expression, indent: string): string {
  const printed = printExpression(condition, indent);
  return condition.kind === 'operation' && condition.operator === 'OR' ? `(${printed})` : printed;
}

/** Columns that are only passed on share a line where they fit; whatever is computed or renamed has one of its own. */
function printColumns(select: Select, indent: string): string {
  const inner = indent + INDENT;
  const columns = [...(select.all === true ? ['*'] : []), ...select.columns.map((one) => printColumn(one, inner))];
  const line = `${indent}SELECT ${columns.join(', ')}`;
  const passedOn = select.all !== true && select.columns.every((one) => one.as === undefined);
  if (passedOn && line.length <= LINE_WIDTH && !line.includes('\n')) return line;
  return `${indent}SELECT\n${columns.map((one) => inner + one).join(',\n')}`;
}

function printColumn(column: SelectColumn, indent: string): string {
  const alias = column.as === undefined ? '' : ` AS ${printIdentifier(column.as)}`;
  const value = printExpression(column.value, indent, indent.length + alias.length);
  return `${value}${value === printIdentifier(column.as ?? '') ? '' : alias}`;
}

function printRelation(relation: Relation, indent: string): string {
  switch (relation.kind) {
    case 'table':
      return printTableName(relation.table);
    case 'with':
      return printIdentifier(relation.name);
    case 'derived':
      return `(\n${printSelect(relation.select, indent + INDENT)}\n${indent})`;
  }
}
