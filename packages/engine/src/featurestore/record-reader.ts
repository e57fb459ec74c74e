/** Reads. Answers are put together as JSON text from the stored text of each record: nothing is parsed and printed again. */
import { printEventTime } from './event-time.ts';
import type { OnlineRow, OnlineStore } from './online-store.ts';
import type { RecordSchema } from './record-schema.ts';
import { validationError } from './runtime-errors.ts';

export interface ReadOptions {
  /** How each wanted element of a Record array begins, in the order of the definitions; undefined for all. */
  readonly picked: readonly string[] | undefined;
  readonly withExpiresAt: boolean;
}

export interface RecordReader {
  /** `"Record":[…]` and perhaps `,"ExpiresAt":"…"`: members of an answer, without braces. Undefined for a missing record. */
  read(schema: RecordSchema, recordId: string, options: ReadOptions): string | undefined;
  readMany(
    schema: RecordSchema,
    recordIds: readonly string[],
    options: ReadOptions,
    take: (recordId: string, members: string) => void,
  ): void;
}

export function createRecordReader(online: OnlineStore): RecordReader {
  return {
    read(schema, recordId, options) {
      const row = online.read(schema.group.id, recordId);
      return row?.record === undefined ? undefined : printMembers(row, row.record, options);
    },
    readMany(schema, recordIds, options, take) {
      online.readMany(schema.group.id, recordIds, (recordId, row) =>
        take(recordId, printMembers(row, row.record as string, options)),
      );
    },
  };
}

function printMembers({ eventTime, expiresSeconds }: OnlineRow, record: string, { picked, withExpiresAt }: ReadOptions): string {
  const json = picked === undefined ? record : pickFeatures(record, picked);
  if (!withExpiresAt || expiresSeconds === undefined) return `"Record":${json}`;
  return `"Record":${json},"ExpiresAt":"${printEventTime({ seconds: expiresSeconds, nanoseconds: eventTime.nanoseconds })}"`;
}

const NEXT_ELEMENT = '},{"FeatureName":';

/** Cuts elements out of the stored text. What stands in a value cannot be taken for a border: its quotes are escaped. */
function pickFeatures(record: string, picked: readonly string[]): string {
  let elements = '';
  for (const beginning of picked) {
    const start = record.indexOf(beginning);
    if (start < 0) continue;
    const next = record.indexOf(NEXT_ELEMENT, start);
    const element = record.slice(start, next < 0 ? record.length - 1 : next + 1);
    elements += elements === '' ? element : `,${element}`;
  }
  return `[${elements}]`;
}

/** @throws AwsError ValidationError for a switch or a feature name that the group does not have. */
export function parseReadOptions(
  schema: RecordSchema,
  featureNames: readonly string[] | undefined,
  expirationTimeResponse: string | undefined,
): ReadOptions {
  if (expirationTimeResponse !== undefined && expirationTimeResponse !== 'Enabled' && expirationTimeResponse !== 'Disabled')
    throw validationError('Validation Error: ExpirationTimeResponse takes Enabled or Disabled.');
  if (featureNames?.length === 0) throw validationError('Validation Error: FeatureNames must hold at least one name.');
  for (const name of featureNames ?? []) {
    if (!schema.featureIndex.has(name))
      throw validationError(`Validation Error: feature [${name}] is not defined in FeatureGroup ${schema.group.name}.`);
  }
  if (!schema.group.online) throw validationError(`Validation Error: FeatureGroup ${schema.group.name} has no OnlineStore.`);
  const picked = featureNames && schema.elementBeginnings([...new Set(featureNames)]);
  return { picked, withExpiresAt: expirationTimeResponse === 'Enabled' };
}
