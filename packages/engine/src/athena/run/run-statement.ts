/** One statement from text to outcome. */
import { mkdirSync, rmSync } from 'node:fs';
import { AwsError } from '../../wire/aws-error.ts';
import { bindParameters } from '../bind-parameters.ts';
import { queryError } from '../duck/failure.ts';
import { parseStatement, type Statement } from '../sql/parse-statement.ts';
import { QueryError } from '../sql/query-error.ts';
import { runDefinition } from './data-definition.ts';
import type { ExecutionContext, Outcome } from './execution-context.ts';
import type { Execution } from './executions.ts';
import { selectToCsv } from './select-to-csv.ts';
import { createTableAs, unload } from './unload.ts';

export interface StatementKind {
  readonly statementType: 'DML' | 'DDL' | 'UTILITY';
  readonly substatementType: string;
  /** Of the result object, after the execution id. */
  readonly suffix: '.csv' | '.txt' | '';
}

export function statementKind(statement: Statement | undefined): StatementKind {
  if (!statement) return { statementType: 'DML', substatementType: 'SELECT', suffix: '.csv' };
  switch (statement.kind) {
    case 'query':
      return { statementType: 'DML', substatementType: 'SELECT', suffix: '.csv' };
    case 'unload':
      return { statementType: 'DML', substatementType: 'UNLOAD', suffix: '' };
    case 'ctas':
      return { statementType: 'DDL', substatementType: 'CREATE_TABLE_AS_SELECT', suffix: '' };
    case 'show':
    case 'show-partitions':
    case 'show-columns':
    case 'describe':
      return { statementType: 'UTILITY', substatementType: statement.kind.toUpperCase().replace('-', '_'), suffix: '.txt' };
    default:
      return { statementType: 'DDL', substatementType: statement.kind.toUpperCase().replace('-', '_'), suffix: '.txt' };
  }
}

export async function runStatement(
  { query, parameters }: Pick<Execution, 'query' | 'parameters'>,
  context: ExecutionContext,
): Promise<Outcome> {
  mkdirSync(context.workDir, { recursive: true });
  try {
    context.mayWriteResults();
    const statement = parseStatement(bindParameters(query, parameters));
    if (statement.kind === 'query') return await selectToCsv(statement.query, context);
    if (statement.kind === 'unload') return await unload(statement, context);
    if (statement.kind === 'ctas') return await createTableAs(statement, context);
    return await runDefinition(statement, context);
  } catch (error) {
    if (error instanceof QueryError) throw error;
    if (error instanceof AwsError) throw new QueryError(error.code, error.message);
    context.engine.log(
      `athena: ${context.executionId} failed inside the engine: ${error instanceof Error ? error.name : 'unknown'}`,
    );
    throw queryError(error);
  } finally {
    rmSync(context.workDir, { recursive: true, force: true });
  }
}
