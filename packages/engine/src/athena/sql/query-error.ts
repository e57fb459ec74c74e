/** A query that ends as FAILED, with Athena's error name in front: `COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved`. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export class QueryError extends Error {
  readonly code: string;

  constructor(code: string, message: string, at?: Position) {
    super(`${code}: ${at ? `line ${at.line}:${at.column}: ` : ''}${message}`);
    this.name = 'QueryError';
    this.code = code;
  }
}

/** Text that is no statement: Athena refuses it at StartQueryExecution already. */
export class MalformedQuery extends QueryError {
  constructor(message: string, at: Position) {
    super('SYNTAX_ERROR', message, at);
  }
}

/** Valid Athena SQL that this engine does not run, because it could not run it exactly. */
export const unsupported = (construct: string, at?: Position) =>
  new QueryError('NOT_SUPPORTED', `${construct} is not run by this engine`, at);

export const typeMismatch = (message: string, at: Position) => new QueryError('TYPE_MISMATCH', message, at);
