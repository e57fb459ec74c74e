/**
 * What UNLOAD and CTAS write: a number of files, in an order and with rows in an order that nobody may rely on.
 *
 * Rows are sorted by a seeded hash of themselves, which also says which file a row goes to, so a run can be replayed. DuckDB writes one
 * directory for each (partition values, file number), named by a token, since Hive escapes directory names in its own way.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { resultText } from '../duck/text.ts';
import type { OutputColumn } from '../lower/scope.ts';
import { asFolder, s3Location } from '../scan/s3-uri.ts';
import { unsupported } from '../sql/query-error.ts';
import { quoted, typeName } from '../sql/types.ts';
import type { ExecutionContext } from './execution-context.ts';
import type { WritePlan } from './plan-write.ts';
import type { PreparedQuery } from './prepare-query.ts';

/** Hive's directory names. */
const hiveValue = (value: string | null) =>
  value === null
    ? '__HIVE_DEFAULT_PARTITION__'
    : value.replaceAll(/[\p{Cc}"#%'*/:=?\\{}[\]^]/gu, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);

const filesPerPartition = (unloadFiles: number) => Math.ceil(unloadFiles / 4);

export interface WrittenFiles {
  readonly uris: readonly string[];
  /** The distinct partitions: their values, and their folders' URIs. */
  readonly partitions: readonly { readonly values: readonly (string | null)[]; readonly location: string }[];
}

export async function writeFiles(prepared: PreparedQuery, plan: WritePlan, context: ExecutionContext): Promise<WrittenFiles> {
  const { random, settings } = context.engine;
  const { connection } = context;
  const keys = prepared.columns.slice(prepared.columns.length - plan.partitionedBy.length);
  const plain = prepared.columns.slice(0, prepared.columns.length - keys.length);
  const count = keys.length > 0 ? filesPerPartition(settings.unloadFiles) : settings.unloadFiles;
  const seed = Math.floor(random() * 2 ** 31);
  const all = prepared.columns.map(({ sqlName }) => `r.${quoted(sqlName)}`);
  const hash = `hash(${[String(seed), ...all].join(', ')})`;
  const token = `hex(encode(CAST(to_json([${keys.map(({ sqlName }) => `CAST(r.${quoted(sqlName)} AS VARCHAR)`).join(', ') || "''"}]) AS VARCHAR))) || '_' || (${hash} % ${count})`;
  const items = [...written(plain, plan), `${token} AS tm_file`];
  const folder = join(context.workDir, 'files');
  const copy = `COPY (SELECT ${items.join(', ')} FROM (${prepared.sql}) AS r ORDER BY ${hash}) TO '${folder.replaceAll("'", "''")}' (${plan.options}, PARTITION_BY (tm_file))`;
  try {
    await connection.run(copy);
  } catch (error) {
    // A query that fails half-way leaves what it wrote, as Athena's does.
    await adoptAll(folder, plan, keys, context);
    throw error;
  }
  return adoptAll(folder, plan, keys, context);
}

function written(columns: readonly OutputColumn[], plan: WritePlan): string[] {
  const value = ({ sqlName }: OutputColumn) => `r.${quoted(sqlName)}`;
  if (plan.format === 'parquet') return columns.map(value);
  if (plan.format === 'json')
    return [
      `CAST(to_json(struct_pack(${columns.map((column) => `${quoted(column.name)} := ${value(column)}`).join(', ')})) AS VARCHAR) AS line`,
    ];
  return columns.map((column) => {
    if (['array', 'map', 'row'].includes(column.type.kind))
      throw unsupported(`TEXTFILE with a column of type ${typeName(column.type)} (${column.name})`);
    return `${resultText(value(column), column.type)} AS ${quoted(column.name)}`;
  });
}

async function adoptAll(
  folder: string,
  plan: WritePlan,
  keys: readonly OutputColumn[],
  context: ExecutionContext,
): Promise<WrittenFiles> {
  const { bucket, key } = s3Location(plan.location, 'The target');
  const stamp = new Date(context.submittedMs)
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z/g, '')
    .replace('T', '_');
  const found = listed(folder).map(({ token, file }) => {
    const values = JSON.parse(Buffer.from(token.split('_')[0] ?? '', 'hex').toString()) as (string | null)[];
    const partition = keys.length > 0 ? values : [];
    const path = partition.map((value, i) => `${keys[i]?.name}=${hiveValue(value)}/`).join('');
    const folderKey = `${asFolder(key)}${path}`;
    return {
      file,
      values: partition,
      location: `s3://${bucket}/${folderKey}`,
      key: `${folderKey}${stamp}_${context.executionId.slice(0, 5)}_${randomUUID()}${plan.suffix}`,
    };
  });
  for (const { key: target, file } of found) await context.buckets.adopt(bucket, target, file);
  const partitions = new Map(found.map(({ values, location }) => [location, { values, location }]));
  return { uris: found.map((file) => `s3://${bucket}/${file.key}`), partitions: [...partitions.values()] };
}

/** `tm_file=<token>/data_0.parquet`; no directory at all when there were no rows. */
function listed(folder: string): { token: string; file: string }[] {
  let directories: string[];
  try {
    directories = readdirSync(folder);
  } catch {
    return [];
  }
  return directories.flatMap((directory) =>
    readdirSync(join(folder, directory)).map((name) => ({
      token: directory.slice('tm_file='.length),
      file: join(folder, directory, name),
    })),
  );
}
