/** The relation under a SELECT to which the carry-forward rule applies: its rows, and one struct for each condition. */

import type { Expression } from '../sql/ast.ts';
import { isFloating } from '../sql/types.ts';
import { windowText } from './call.ts';
import type { CarryForward } from './carry-forward.ts';
import { boolean, lowerExpression } from './expression.ts';
import type { LoweredRelation } from './relation.ts';
import type { Column, Lowered, Lowering, Scope } from './scope.ts';

export function carried(
  carry: CarryForward,
  from: string,
  scope: Scope,
  lowering: Lowering,
): { relation: LoweredRelation; computed: Map<Expression, Lowered> } {
  const lower = (value: Expression) => lowerExpression(value, scope, lowering);
  const relation = lowering.fresh('r');
  const over = windowText(carry.window, scope, lower, { at: { line: 1, column: 1 } });
  const last = (condition: string, value: string) =>
    `last_value(CASE WHEN ${condition} THEN ${value} END IGNORE NULLS) OVER (${over})`;
  const windows: string[] = [];
  const computed = new Map<Expression, Lowered>();

  const fields = carry.groups.map((group, i) => {
    const values = group.values.map(lower);
    const struct = `struct_pack(${values.map((value, field) => `f${field} := ${value.sql}`).join(', ')})`;
    windows.push(`${last(boolean(lower(group.condition), group.condition.at), struct)} AS carried${i}`);
    return values;
  });
  for (const [call, { group, value }] of carry.values) {
    computed.set(call, {
      sql: `struct_extract(${relation}.carried${group}, 'f${value}')`,
      type: fields[group]?.[value]?.type ?? { kind: 'unknown' },
    });
  }
  const firstKey = carry.window.orderBy[0]?.value;
  const key = firstKey && lower(firstKey);
  for (const [call, condition] of key && !isFloating(key.type) ? carry.positions : []) {
    const name = `position${windows.length}`;
    windows.push(`${last(`${boolean(lower(condition), condition.at)} AND ${key?.sql} IS NOT NULL`, key?.sql ?? '')} AS ${name}`);
    computed.set(call, { sql: `${relation}.${name}`, type: key?.type ?? { kind: 'unknown' } });
  }
  const columns = scope.columns.map((column): Column => {
    const name = column.sql.slice(column.sql.indexOf('.') + 1);
    return { qualifiers: column.qualifiers, name: column.name, type: column.type, sql: `${relation}.${name}` };
  });
  const kept = scope.columns.map((column) => column.sql);
  return { relation: { sql: `(SELECT ${[...kept, ...windows].join(', ')} FROM ${from}) AS ${relation}`, columns }, computed };
}
