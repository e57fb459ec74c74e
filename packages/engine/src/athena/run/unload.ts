/** UNLOAD and CREATE TABLE AS: files below an empty prefix, a manifest of them, and for CTAS a table over them. */
import type { TableInput } from '@aws-sdk/client-glue';
import { HIVE_NULL } from '../scan/data-files.ts';
import { parseS3Uri } from '../scan/s3-uri.ts';
import type { Statement } from '../sql/parse-statement.ts';
import { QueryError, unsupported } from '../sql/query-error.ts';
import { type ExecutionContext, findTable, type Outcome, tableName } from './execution-context.ts';
import { glueType } from './glue-type.ts';
import { checkColumns, checkTarget, planWrite, type WritePlan } from './plan-write.ts';
import { type PreparedQuery, prepareQuery } from './prepare-query.ts';
import { STORAGE } from './storage-formats.ts';
import { type WrittenFiles, writeFiles } from './write-files.ts';

async function writeManifest(uris: readonly string[], context: ExecutionContext): Promise<string> {
  const manifest = `${context.outputFolder}${context.executionId}-manifest.csv`;
  const target = parseS3Uri(manifest);
  if (target) await context.buckets.put(target.bucket, target.key, Buffer.from(uris.map((uri) => `${uri}\n`).join('')));
  return manifest;
}

export async function unload(statement: Extract<Statement, { kind: 'unload' }>, context: ExecutionContext): Promise<Outcome> {
  const plan = planWrite(statement.properties, statement.to);
  if (statement.properties.format === undefined)
    throw new QueryError('INVALID_PROPERTY', "UNLOAD requires the property 'format'");
  const prepared = await prepareQuery(statement.query, context);
  checkColumns(prepared.columns, plan);
  checkTarget(plan, 'UNLOAD', context);
  const { uris } = await writeFiles(prepared, plan, context);
  return { columns: [], scannedBytes: prepared.scannedBytes, manifestLocation: await writeManifest(uris, context) };
}

export async function createTableAs(
  statement: Extract<Statement, { kind: 'ctas' }>,
  context: ExecutionContext,
): Promise<Outcome> {
  const { database, name } = tableName(statement.table, context);
  if (context.glue.table(database, name)) {
    if (statement.ifNotExists) return { columns: [], scannedBytes: 0 };
    throw new QueryError('TABLE_ALREADY_EXISTS', `Destination table 'awsdatacatalog.${database}.${name}' already exists`);
  }
  if (!context.glue.database(database)) findTable(statement.table, context);
  const external = statement.properties.external_location;
  const location =
    typeof external === 'string' ? external.replace(/\/?$/, '/') : `${context.outputFolder}tables/${context.executionId}/`;
  const plan = planWrite(statement.properties, location);
  const prepared = await prepareQuery(statement.query, context);
  checkColumns(prepared.columns, plan);
  checkTarget(plan, `table 'awsdatacatalog.${database}.${name}'`, context);
  const input = tableOver(name, prepared, plan, String(statement.properties.format ?? 'PARQUET').toUpperCase());
  const written: WrittenFiles = statement.withData ? await writeFiles(prepared, plan, context) : { uris: [], partitions: [] };
  const { uris, partitions } = written;
  context.glue.createTable(database, input);
  for (const { values, location: Location } of plan.partitionedBy.length > 0 ? partitions : []) {
    context.glue.addPartition(database, name, {
      Values: values.map((value) => value ?? HIVE_NULL),
      StorageDescriptor: { Location },
    });
  }
  return { columns: [], scannedBytes: prepared.scannedBytes, manifestLocation: await writeManifest(uris, context) };
}

function tableOver(name: string, prepared: PreparedQuery, plan: WritePlan, format: string): TableInput {
  const storage = STORAGE[format];
  if (!storage) throw unsupported(`CREATE TABLE AS with the format ${format}`);
  const columns = prepared.columns.map((column) => ({ Name: column.name, Type: glueType(column.type) }));
  const split = columns.length - plan.partitionedBy.length;
  return {
    Name: name,
    TableType: 'EXTERNAL_TABLE',
    Parameters: { EXTERNAL: 'TRUE', has_encrypted_data: 'false' },
    PartitionKeys: columns.slice(split),
    StorageDescriptor: { ...storage, Location: plan.location, Columns: columns.slice(0, split) },
  };
}
