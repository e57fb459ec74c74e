/** Reads. Answers are put together as JSON text from the stored text of each record: nothing is parsed and printed again. */
import type { FeatureValue } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { printEventTime } from './event-time.ts';
import type { OnlineRow, OnlineStore } from './online-store.ts';
import type { RecordSchema } from './record-schema.ts';
import { validationError } from './runtime-errors.ts';

export interface ReadOptions {
  readonly featureNames: ReadonlySet<string> | undefined;
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

function printMembers(
  { eventTime, expiresSeconds }: OnlineRow,
  record: string,
  { featureNames, withExpiresAt }: ReadOptions,
): string {
  const json = featureNames === undefined ? record : pickFeatures(record, featureNames);
  if (!withExpiresAt || expiresSeconds === undefined) return `"Record":${json}`;
  return `"Record":${json},"ExpiresAt":"${printEventTime({ seconds: expiresSeconds, nanoseconds: eventTime.nanoseconds })}"`;
}

const pickFeatures = (record: string, names: ReadonlySet<string>): string =>
  JSON.stringify((JSON.parse(record) as FeatureValue[]).filter(({ FeatureName }) => names.has(FeatureName as string)));

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
  return { featureNames: featureNames && new Set(featureNames), withExpiresAt: expirationTimeResponse === 'Enabled' };
}
