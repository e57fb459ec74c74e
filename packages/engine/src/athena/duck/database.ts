/**
 * One DuckDB in this process, in memory: everything durable is an S3 object. It reads and writes below the data directory
 * alone, loads no extension, and its configuration is locked.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { QueryError } from '../sql/query-error.ts';
import { queryError } from './failure.ts';
import { scalarFunctions } from './scalar-functions.ts';

export interface DuckConnection {
  run(sql: string): Promise<void>;
  /** Values as JSON would have them; BIGINTs are strings. */
  rows(sql: string): Promise<unknown[][]>;
  interrupt(): void;
  close(): void;
}

export interface Duck {
  connect(): Promise<DuckConnection>;
  close(): void;
}

const MACROS = [
  // Shifts by 64 and more are 0 in Trino, and the sign bit moves with the others.
  `CREATE MACRO trino_unsigned(a) AS CAST(CASE WHEN a < 0 THEN a::HUGEINT + 18446744073709551616::HUGEINT ELSE a::HUGEINT END AS UBIGINT)`,
  `CREATE MACRO trino_signed(u) AS CAST(CASE WHEN u::HUGEINT >= 9223372036854775808::HUGEINT THEN u::HUGEINT - 18446744073709551616::HUGEINT ELSE u::HUGEINT END AS BIGINT)`,
  `CREATE MACRO trino_left_shift(a, b) AS CASE WHEN b >= 64 THEN 0 ELSE trino_signed((trino_unsigned(a)::HUGEINT * (1::HUGEINT << b)) % 18446744073709551616::HUGEINT) END`,
  `CREATE MACRO trino_right_shift(a, b) AS CASE WHEN b >= 64 THEN 0 ELSE trino_signed(trino_unsigned(a) >> b::UBIGINT) END`,
];

const MEMORY_LIMIT = '6GB';

export async function createDuck(dataDir: string, workDir: string): Promise<Duck> {
  mkdirSync(join(workDir, 'spill'), { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '2',
    memory_limit: MEMORY_LIMIT,
    temp_directory: join(workDir, 'spill'),
  });
  const first = await instance.connect();
  for (const macro of MACROS) await first.run(macro);
  for (const scalar of scalarFunctions()) first.registerScalarFunction(scalar);
  const quoted = `'${dataDir.replaceAll("'", "''")}'`;
  for (const setting of [
    `TimeZone = 'UTC'`,
    'preserve_insertion_order = false',
    'autoinstall_known_extensions = false',
    'autoload_known_extensions = false',
    `allowed_directories = [${quoted}]`,
    'enable_external_access = false',
    'lock_configuration = true',
  ]) {
    await first.run(`SET GLOBAL ${setting}`);
  }
  return {
    connect: async () => wrap(await instance.connect()),
    close() {
      first.closeSync();
      instance.closeSync();
    },
  };
}

const REPEAT_MS = 20;

/** DuckDB forgets an interrupt that comes between two statements, so one is remembered here, and repeated until it is noticed. */
function wrap(connection: DuckDBConnection): DuckConnection {
  let isInterrupted = false;
  let running = 0;
  const guarded = async <T>(statement: () => Promise<T>): Promise<T> => {
    if (isInterrupted) throw new QueryError('USER_CANCELED', 'Query was canceled');
    running += 1;
    try {
      return await statement();
    } catch (error) {
      throw queryError(error);
    } finally {
      running -= 1;
    }
  };
  const repeat = () => {
    connection.interrupt();
    if (running > 0) setTimeout(repeat, REPEAT_MS);
  };
  return {
    run: (sql) => guarded(async () => void (await connection.run(sql))),
    rows: (sql) => guarded(async () => (await connection.runAndReadAll(sql)).getRowsJson() as unknown[][]),
    interrupt() {
      isInterrupted = true;
      repeat();
    },
    close: () => connection.closeSync(),
  };
}
