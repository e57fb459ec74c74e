/** The items of a distributed Map: an array of the input, a file in S3, or a listing of a bucket. Streamed. */
import { createReadStream } from 'node:fs';
import type { ItemReader, MapState } from '../asl/definition.ts';
import type { Json, JsonObject } from '../asl/json.ts';
import { fillTemplate } from '../asl/payload-template.ts';
import { runtimeError, StatesError } from '../asl/states-error.ts';
import { readItems } from '../run/map-items.ts';
import { readNumber, type Step } from '../run/step.ts';
import { readCsvItems } from './csv-items.ts';
import { readArrayElements } from './json-array-elements.ts';
import { readJsonLines } from './json-lines.ts';

export async function* readItemSource(step: Step<MapState>, input: Json): AsyncGenerator<Json> {
  const { ItemReader: reader } = step.state;
  if (reader === undefined) return yield* readItems(step, input);
  const most = readNumber(step, reader.ReaderConfig ?? {}, 'MaxItems', input) ?? Number.POSITIVE_INFINITY;
  const parameters = fillTemplate(reader.Parameters, input, step) as JsonObject;
  const items = reader.Resource.endsWith(':listObjectsV2') ? listObjects(step, parameters) : readObject(step, reader, parameters);
  let count = 0;
  try {
    for await (const item of items) {
      if (count >= most) return;
      count += 1;
      yield item;
    }
  } catch (error) {
    if (error instanceof Error && !(error instanceof StatesError) && 'code' in error) throw readFailure(error.message);
    throw error;
  }
}

const bucketsOf = ({ run }: Step) => run.runtime.buckets(run.roleArn, 'states.map');

function* listObjects(step: Step<MapState>, parameters: JsonObject): Generator<Json> {
  checkParameters(parameters, ['Bucket', 'Prefix']);
  const prefix = parameters.Prefix === undefined ? '' : readText(parameters, 'Prefix');
  for (const object of bucketsOf(step).list(readText(parameters, 'Bucket'), prefix)) {
    yield {
      Etag: `"${object.etag}"`,
      Key: object.key,
      LastModified: Math.floor(object.lastModifiedMs / 1_000),
      Size: object.sizeBytes,
      StorageClass: 'STANDARD',
    };
  }
}

function readObject(step: Step<MapState>, reader: ItemReader, parameters: JsonObject): AsyncGenerator<Json> {
  checkParameters(parameters, ['Bucket', 'Key', 'VersionId']);
  const [bucket, key] = [readText(parameters, 'Bucket'), readText(parameters, 'Key')];
  const version = parameters.VersionId === undefined ? undefined : readText(parameters, 'VersionId');
  const object = bucketsOf(step).head(bucket, key, version);
  if (object === undefined) throw readFailure(`There is no object s3://${bucket}/${key}.`);
  // Also opened for an empty file, whose format then decides what it means.
  const text = createReadStream(object.file, { encoding: 'utf8', highWaterMark: 256 * 1024 });
  const config = reader.ReaderConfig ?? {};
  if (config.InputType === 'CSV') return readCsvItems(text, config);
  return config.InputType === 'JSONL' ? readJsonLines(text) : readArrayElements(text);
}

function checkParameters(parameters: JsonObject, known: readonly string[]): void {
  const unknown = Object.keys(parameters).find((name) => !known.includes(name));
  if (unknown !== undefined) throw runtimeError(`The parameter '${unknown}' of the ItemReader is not supported by the engine.`);
}

function readText(parameters: JsonObject, name: string): string {
  const value = parameters[name];
  if (typeof value !== 'string') throw runtimeError(`The parameter '${name}' of the ItemReader must be a string.`);
  return value;
}

function readFailure(reason: string): StatesError {
  return new StatesError('States.ItemReaderFailed', reason);
}
