/**
 * ResultWriter: the children of a map run as JSON arrays in S3, by status, and a manifest that names them, under
 * `prefix/<id of the map run>/`. Written also when too many children have failed. Streamed through a scratch file.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { MapState } from '../asl/definition.ts';
import type { Json, JsonObject } from '../asl/json.ts';
import { fillTemplate } from '../asl/payload-template.ts';
import { runtimeError, StatesError } from '../asl/states-error.ts';
import type { ExecutionRow, MapRunRow } from '../journal/rows.ts';
import { Interrupted } from '../run/scope.ts';
import type { Step } from '../run/step.ts';
import { printChildResult } from './child-result.ts';
import { eachChild } from './collect-outputs.ts';

const FILES = ['FAILED', 'PENDING', 'SUCCEEDED'] as const;
type File = (typeof FILES)[number];

export async function writeResults(step: Step<MapState>, input: Json, mapRun: MapRunRow): Promise<Json> {
  const { journal } = step.run.runtime;
  const buckets = step.run.runtime.buckets(step.run.roleArn, 'states.map');
  const { bucket, prefix } = readDestination(step, input);
  const folder = `${prefix === '' ? '' : `${prefix.replace(/\/$/, '')}/`}${mapRun.arn.slice(mapRun.arn.lastIndexOf(':') + 1)}`;
  const key = `${folder}/manifest.json`;
  const files: Partial<Record<File, Json>> = {};
  let written = 0;
  try {
    for (const file of FILES) {
      const stored = await writeFile(step, mapRun, file, bucket, `${folder}/${file}_0.json`);
      files[file] = stored === undefined ? [] : [{ Key: stored.key, Size: stored.sizeBytes }];
      written += stored?.items ?? 0;
    }
    const manifest = { DestinationBucket: bucket, MapRunArn: mapRun.arn, ResultFiles: files };
    await step.scope.wait(buckets.put(bucket, key, Buffer.from(JSON.stringify(manifest))));
  } catch (error) {
    if (error instanceof Interrupted || error instanceof StatesError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new StatesError('States.ResultWriterFailed', `The results could not be written to s3://${bucket}/${folder}: ${reason}`);
  }
  step.run.stage(() => journal.mapRuns.setResultsWritten(mapRun.id, written));
  return { MapRunArn: mapRun.arn, ResultWriterDetails: { Bucket: bucket, Key: key } };
}

function readDestination(step: Step<MapState>, input: Json): { bucket: string; prefix: string } {
  const { Bucket, Prefix = '', ...others } = fillTemplate(step.state.ResultWriter?.Parameters ?? {}, input, step) as JsonObject;
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) throw runtimeError(`The parameter '${unknown}' of the ResultWriter is not supported by the engine.`);
  if (typeof Bucket !== 'string' || typeof Prefix !== 'string') {
    throw runtimeError('The ResultWriter needs a Bucket, and a Prefix that is a string.');
  }
  return { bucket: Bucket, prefix: Prefix };
}

/** Nothing is written when no child belongs into the file. */
async function writeFile(step: Step<MapState>, mapRun: MapRunRow, file: File, bucket: string, key: string) {
  const { runtime } = step.run;
  const scratch = join(runtime.scratchDir, `${mapRun.id}-${file}`);
  let items = 0;
  async function* text() {
    for await (const child of eachChild(step, mapRun)) {
      if (fileOf(child) !== file) continue;
      yield `${items === 0 ? '[' : ','}${JSON.stringify(printChildResult(child))}`;
      items += 1;
    }
    if (items > 0) yield ']';
  }
  await mkdir(runtime.scratchDir, { recursive: true });
  try {
    await pipeline(Readable.from(text()), createWriteStream(scratch));
    step.scope.check();
    if (items === 0) return undefined;
    const stored = await step.scope.wait(runtime.buckets(step.run.roleArn, 'states.map').adopt(bucket, key, scratch));
    return { key, sizeBytes: stored.sizeBytes, items };
  } finally {
    await rm(scratch, { force: true });
  }
}

function fileOf({ status }: ExecutionRow): File {
  if (status === 'SUCCEEDED') return 'SUCCEEDED';
  return status === 'PENDING' || status === 'RUNNING' ? 'PENDING' : 'FAILED';
}
