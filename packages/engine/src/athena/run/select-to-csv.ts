/** The result object of a SELECT: a header, every cell quoted, NULL empty and unquoted. */
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { resultText } from '../duck/text.ts';
import { parseS3Uri } from '../scan/s3-uri.ts';
import type { Query } from '../sql/ast.ts';
import { quoted, type Type } from '../sql/types.ts';
import type { ExecutionContext, Outcome } from './execution-context.ts';
import { prepareQuery } from './prepare-query.ts';

/** ColumnInfo shows no precision of a timestamp, and no parameters of nested types. */
export function columnInfoType(type: Type): string {
  return type.kind === 'json' ? 'json' : type.kind;
}

const csvCell = (text: string) => `"${text.replaceAll('"', '""')}"`;

export async function selectToCsv(query: Query, context: ExecutionContext): Promise<Outcome> {
  const prepared = await prepareQuery(query, context);
  const columns = prepared.columns.map(({ name, type }) => ({ name, type: columnInfoType(type) }));
  const cells = prepared.columns.map(({ sqlName, type }, i) => `${resultText(`r.${quoted(sqlName)}`, type)} AS c${i}`);
  const [body, result] = [join(context.workDir, 'rows.csv'), join(context.workDir, 'result.csv')];
  await context.connection.run(
    `COPY (SELECT ${cells.join(', ')} FROM (${prepared.sql}) AS r) TO '${body.replaceAll("'", "''")}' (FORMAT csv, HEADER false, FORCE_QUOTE *, DELIMITER ',', QUOTE '"', ESCAPE '"', NULLSTR '')`,
  );
  const out = createWriteStream(result);
  out.write(`${columns.map(({ name }) => csvCell(name)).join(',')}\n`);
  await pipeline(createReadStream(body), out);
  const target = parseS3Uri(`${context.outputFolder}${context.executionId}.csv`);
  if (target) await context.buckets.adopt(target.bucket, target.key, result);
  return { columns, resultFormat: 'csv', scannedBytes: prepared.scannedBytes };
}
