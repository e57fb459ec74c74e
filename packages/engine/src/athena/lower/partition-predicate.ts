/** Which conjuncts of a WHERE can decide over files: those over the partition columns of one table and constants alone. */
import type { Expression } from '../sql/ast.ts';
import { children } from '../sql/walk.ts';
import { isAggregate, isWindowFunction } from './aggregates.ts';
import { findColumn, type Scan, type Scope } from './scope.ts';

const NOT_CONSTANT = new Set(['random', 'rand']);

export function partitionScan(conjunct: Expression, scope: Scope): Scan | undefined {
  const scans = new Set<Scan>();
  return isDecidable(conjunct, scope, scans) && scans.size === 1 ? [...scans][0] : undefined;
}

function isDecidable(expression: Expression, scope: Scope, scans: Set<Scan>): boolean {
  switch (expression.kind) {
    case 'exists':
    case 'subquery':
    case 'in-query':
    case 'lambda':
      return false;
    case 'call':
      if (NOT_CONSTANT.has(expression.name) || isAggregate(expression.name) || isWindowFunction(expression.name)) return false;
      break;
    case 'name': {
      const column = findColumn(expression.parts, { ...scope, parent: undefined }, expression.at);
      if (!column?.scan || !column.isPartition || column.isNullable) return false;
      scans.add(column.scan);
      return true;
    }
  }
  return children(expression).every((child) => isDecidable(child, scope, scans));
}
