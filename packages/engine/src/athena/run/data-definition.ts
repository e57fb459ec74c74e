/** Statements about the catalogue: CREATE, DROP, MSCK REPAIR, SHOW, DESCRIBE. Their results are lines of text. */
import type { StorageDescriptor } from '@aws-sdk/client-glue';
import { asFolder, parseS3Uri, s3Location } from '../scan/s3-uri.ts';
import type { CreateTable } from '../sql/parse-create-table.ts';
import type { Statement } from '../sql/parse-statement.ts';
import { parseGlueType } from '../sql/parse-type.ts';
import { QueryError, unsupported } from '../sql/query-error.ts';
import { type ExecutionContext, findTable, type Outcome, type ResultColumn, tableName } from './execution-context.ts';
import { STORAGE } from './storage-formats.ts';

type Definition = Exclude<Statement, { kind: 'query' | 'unload' | 'ctas' }>;

const alreadyExists = (what: string) => new QueryError('FAILED', `SemanticException: ${what} already exists`);

export async function runDefinition(statement: Definition, context: ExecutionContext): Promise<Outcome> {
  switch (statement.kind) {
    case 'create-table':
      return lines(createTable(statement, context), [], context);
    case 'create-database': {
      if (context.glue.database(statement.name)) {
        if (!statement.ifNotExists) throw alreadyExists(`Database ${statement.name}`);
      } else
        context.glue.createDatabase({
          name: statement.name,
          description: statement.comment,
          locationUri: statement.location,
          parameters: {},
        });
      return lines([], [], context);
    }
    case 'drop': {
      const { database, name } = tableName(statement.name, context);
      const known = context.glue.table(database, name) !== undefined;
      if (!known && !statement.ifExists) findTable(statement.name, context);
      if (known) context.glue.dropTable(database, name);
      return lines([], [], context);
    }
    case 'repair':
      return lines(repair(statement.name, context), [], context);
    case 'show': {
      const all =
        statement.what === 'databases'
          ? context.glue.databases().map(({ name }) => name)
          : context.glue.tables(statement.database ?? context.database).map(({ name }) => name);
      const pattern =
        statement.pattern === undefined ? undefined : new RegExp(`^(?:${statement.pattern.replaceAll('*', '.*')})$`, 'i');
      const column = statement.what === 'databases' ? 'database_name' : 'tab_name';
      return lines(pattern ? all.filter((name) => pattern.test(name)) : all, [column], context);
    }
    case 'show-partitions': {
      const { record } = findTable(statement.name, context);
      const keys = record.input.PartitionKeys ?? [];
      if (keys.length === 0) throw new QueryError('FAILED', `SemanticException: Table ${record.name} is not a partitioned table`);
      const rows = context.glue
        .partitions(record.database, record.name)
        .map(({ values }) => values.map((value, i) => `${keys[i]?.Name}=${value}`).join('/'));
      return lines(rows, ['partition'], context);
    }
    case 'show-columns':
      return lines(
        findTable(statement.name, context).columns.map(({ name }) => name),
        ['field'],
        context,
      );
    case 'describe':
      return lines(describe(statement.name, context), ['col_name', 'data_type', 'comment'], context);
  }
}

async function lines(rows: readonly string[], names: readonly string[], context: ExecutionContext): Promise<Outcome> {
  const target = parseS3Uri(`${context.outputFolder}${context.executionId}.txt`);
  if (target) await context.buckets.put(target.bucket, target.key, Buffer.from(rows.map((row) => `${row}\n`).join('')));
  const columns: ResultColumn[] = names.map((name) => ({ name, type: 'string' }));
  return { columns, resultFormat: 'text', scannedBytes: 0 };
}

function storage(statement: CreateTable): StorageDescriptor {
  const { storedAs, rowFormat, formats } = statement;
  const base = STORAGE[(storedAs ?? 'TEXTFILE').toUpperCase()];
  if (!base) throw unsupported(`STORED AS ${storedAs?.toUpperCase()}`);
  return {
    ...base,
    ...(formats && { InputFormat: formats.input, OutputFormat: formats.output }),
    ...(rowFormat && { SerdeInfo: { SerializationLibrary: rowFormat.serde, Parameters: { ...rowFormat.parameters } } }),
  };
}

function createTable(statement: CreateTable, context: ExecutionContext): string[] {
  const { database, name } = tableName(statement.name, context);
  if (!context.glue.database(database)) findTable(statement.name, context);
  if (context.glue.table(database, name)) {
    if (statement.ifNotExists) return [];
    throw alreadyExists(`Table ${database}.${name}`);
  }
  s3Location(statement.location, 'LOCATION');
  const column = (given: CreateTable['columns'][number]) => {
    parseGlueType(given.type);
    return { Name: given.name, Type: given.type, ...(given.comment !== undefined && { Comment: given.comment }) };
  };
  context.glue.createTable(database, {
    Name: name,
    TableType: 'EXTERNAL_TABLE',
    Parameters: {
      EXTERNAL: 'TRUE',
      ...statement.properties,
      ...(statement.comment !== undefined && { comment: statement.comment }),
    },
    PartitionKeys: statement.partitionKeys.map(column),
    StorageDescriptor: { ...storage(statement), Location: statement.location, Columns: statement.columns.map(column) },
  });
  return [];
}

/** Adds what lies below the location in Hive's directories and is not registered yet. */
function repair(parts: readonly string[], context: ExecutionContext): string[] {
  const { record } = findTable(parts, context);
  const keys = (record.input.PartitionKeys ?? []).map((key) => (key.Name ?? '').toLowerCase());
  if (keys.length === 0) throw new QueryError('FAILED', `SemanticException: Table ${record.name} is not a partitioned table`);
  const location = record.input.StorageDescriptor?.Location ?? '';
  const { bucket, key } = s3Location(location, `The location of ${record.name}`);
  const prefix = asFolder(key);
  const added = new Set<string>();
  for (const object of context.buckets.list(bucket, prefix)) {
    const directories = object.key.slice(prefix.length).split('/').slice(0, keys.length);
    if (directories.length < keys.length || directories.some((part, i) => !part.toLowerCase().startsWith(`${keys[i]}=`)))
      continue;
    const Values = directories.map((part) =>
      part
        .slice(part.indexOf('=') + 1)
        .replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    );
    const Location = `s3://${bucket}/${prefix}${directories.join('/')}`;
    if (context.glue.addPartition(record.database, record.name, { Values, StorageDescriptor: { Location } }))
      added.add(directories.join('/'));
  }
  if (added.size === 0) return [];
  return [
    `Partitions not in metastore: ${[...added].map((path) => `${record.name}:${path}`).join(' ')}`,
    ...[...added].map((path) => `Repair: Added partition to metastore ${record.name}:${path}`),
  ];
}

function describe(parts: readonly string[], context: ExecutionContext): string[] {
  const { input } = findTable(parts, context).record;
  const row = (name: string, type: string, comment = '') => `${name.padEnd(20)}\t${type.padEnd(20)}\t${comment.padEnd(20)}`;
  const plain = (input.StorageDescriptor?.Columns ?? []).map((column) =>
    row(column.Name ?? '', column.Type ?? '', column.Comment),
  );
  const keys = (input.PartitionKeys ?? []).map((column) => row(column.Name ?? '', column.Type ?? '', column.Comment));
  if (keys.length === 0) return plain;
  return [...plain, ...keys, '', '# Partition Information', row('# col_name', 'data_type', 'comment'), '', ...keys];
}
