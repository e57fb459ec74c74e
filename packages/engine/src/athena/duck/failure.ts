/**
 * Failures inside DuckDB under Athena's names.
 *
 * A lowered expression that must fail casts a marker to a number: `error()` is volatile, which TRY and constant folding refuse,
 * a failing cast is not. Messages of DuckDB can hold values, so none is passed on as it is.
 */
import { QueryError, unsupported } from '../sql/query-error.ts';

const MARKED: Readonly<Record<string, string>> = {
  DIVISION_BY_ZERO: 'Division by zero',
  INVALID_CAST_ARGUMENT: 'Cannot cast a value to the wanted type',
  INVALID_FUNCTION_ARGUMENT: 'A function was given an argument that it does not take',
  NUMERIC_VALUE_OUT_OF_RANGE: 'A number is out of the range of its type',
  SUBSCRIPT_OUT_OF_RANGE: 'Array subscript out of bounds, or key not present in map',
  OFFSET_KEPT:
    'The text of a time has an offset other than UTC, which Trino would keep; this engine does not: take to_unixtime(…) or compare it directly',
};

type Failure = keyof typeof MARKED;

/** SQL of any type that fails when it is evaluated. */
export const failing = (failure: Failure, duckType = 'BIGINT') => `CAST(CAST('!${failure}!' AS BIGINT) AS ${duckType})`;

const KNOWN: readonly [RegExp, (match: RegExpExecArray) => QueryError][] = [
  [/!(OFFSET_KEPT)!/, () => new QueryError('NOT_SUPPORTED', MARKED.OFFSET_KEPT ?? '')],
  [/!([A-Z_]+)!/, (match) => new QueryError(match[1] ?? '', MARKED[match[1] ?? ''] ?? '')],
  [/Conversion Error/, () => new QueryError('INVALID_CAST_ARGUMENT', MARKED.INVALID_CAST_ARGUMENT ?? '')],
  [/Out of Range Error/, () => new QueryError('NUMERIC_VALUE_OUT_OF_RANGE', MARKED.NUMERIC_VALUE_OUT_OF_RANGE ?? '')],
  [/Out of Memory Error/, () => new QueryError('EXCEEDED_MEMORY_LIMIT', 'Query exhausted resources at this scale factor')],
  [
    /must appear in the GROUP BY clause|must be part of GROUP BY/,
    () =>
      new QueryError(
        'EXPRESSION_NOT_AGGREGATE',
        'A selected expression must be an aggregate expression or appear in GROUP BY clause',
      ),
  ],
  [
    /aggregate functions? (?:are not allowed|cannot)|cannot contain aggregates/i,
    () => new QueryError('EXPRESSION_NOT_SCALAR', 'An aggregation stands where it cannot be'),
  ],
  [
    /window functions? (?:are not allowed|cannot)|cannot contain window/i,
    () => new QueryError('EXPRESSION_NOT_SCALAR', 'A window function stands where it cannot be'),
  ],
  [
    /More than one row returned by a subquery/,
    () => new QueryError('SUBQUERY_MULTIPLE_ROWS', 'Scalar sub-query has returned multiple rows'),
  ],
  [/Invalid Input Error: .*(?:regex|pattern|perl)/i, () => unsupported('This regular expression')],
  [/INTERRUPT/, () => new QueryError('USER_CANCELED', 'Query was canceled')],
];

/** What DuckDB said, for those who look for a path in it; it is never shown. */
export const causeText = (error: unknown) =>
  error instanceof Error ? `${error.message} ${String(error.cause ?? '')}` : String(error);

export function queryError(thrown: unknown): QueryError {
  if (thrown instanceof QueryError) return thrown;
  const error = translated(thrown);
  error.cause = thrown;
  return error;
}

function translated(thrown: unknown): QueryError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  for (const [pattern, create] of KNOWN) {
    const match = pattern.exec(message);
    if (match) return create(match);
  }
  const firstLine = (message.split('\n')[0] ?? '').replaceAll(/'[^']*'|"[^"]*"/g, '…');
  return new QueryError('GENERIC_INTERNAL_ERROR', firstLine);
}
