/**
 * A group as the data plane knows it at one moment, compiled for records: checks a record against its definitions and
 * gives its values in definition order, together with the JSON text that every later answer repeats.
 */

import type { FeatureDefinition } from '@aws-sdk/client-sagemaker';
import type { FeatureValue } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import type { FeatureGroup } from '../sagemaker/feature-group.ts';
import { type EventTime, parseEventTime } from './event-time.ts';
import { type FeatureType, refuseScalar } from './feature-value.ts';
import { validationError } from './runtime-errors.ts';
import { ttlSeconds } from './ttl.ts';

export type StoredValue = string | readonly string[] | undefined;

export interface ParsedRecord {
  readonly recordId: string;
  readonly eventTime: EventTime;
  readonly values: readonly StoredValue[];
}

export interface RecordSchema {
  readonly group: FeatureGroup;
  readonly featureIndex: ReadonlyMap<string, number>;
  readonly recordIdIndex: number;
  readonly eventTimeIndex: number;
  readonly defaultTtlSeconds: number | undefined;
  /** @throws AwsError ValidationError, which names the feature and never quotes its value. */
  parse(record: readonly FeatureValue[]): ParsedRecord;
  parseEventTime(text: string): EventTime;
  checkRecordId(recordId: string): void;
  checkSize(values: readonly StoredValue[]): void;
  /** How the elements of these features begin in what `print` gives, in its order. All must be of this schema. */
  elementBeginnings(features: readonly string[]): string[];
  /** The Record array of an answer. */
  print(values: readonly StoredValue[]): string;
}

const LARGEST_VALUE_CHARS = 358_400;
const LARGEST_RECORD_BYTES = 350 * 1024;
const LARGEST_RECORD_ID_BYTES = 2048;
const LONGEST_UTF8_CHAR_BYTES = 3;
const lengthOf = (text: string) => text.length;

export function compileRecordSchema(
  group: FeatureGroup,
  knownCount: number,
  ttl: FeatureGroup['defaultTtls'][number]['ttl'],
): RecordSchema {
  const definitions = group.definitions.slice(0, knownCount);
  const names = definitions.map((definition) => definition.FeatureName as string);
  const types = definitions.map((definition) => definition.FeatureType as FeatureType);
  const featureIndex = new Map(names.map((name, index) => [name, index]));
  const recordIdIndex = featureIndex.get(group.recordIdentifierName) as number;
  const eventTimeIndex = featureIndex.get(group.eventTimeName) as number;
  const prefixes = names.map((name) => `{"FeatureName":${JSON.stringify(name)},"ValueAsString":`);
  const listPrefixes = names.map((name) => `{"FeatureName":${JSON.stringify(name)},"ValueAsStringList":`);
  const count = definitions.length;

  let lastText: string | undefined;
  let lastTime: EventTime = { seconds: 0, nanoseconds: 0 };
  /** Records come in the order of their times, so that many in a row have the same one. */
  const parseTime = (text: string): EventTime => {
    if (text === lastText) return lastTime;
    const parsed = parseEventTime(text, types[eventTimeIndex] as 'String' | 'Fractional');
    if (parsed) {
      lastText = text;
      lastTime = parsed;
      return parsed;
    }
    const forms =
      types[eventTimeIndex] === 'String'
        ? "ISO-8601 in UTC, yyyy-MM-dd'T'HH:mm:ssZ with up to nine fraction digits"
        : 'Unix seconds with up to nine fraction digits';
    throw validationError(
      `Validation Error: the event time feature [${group.eventTimeName}] must be ${forms}, between the years 0000 and 9999.`,
    );
  };

  const checkRecordId = (recordId: string) => {
    if (recordId === '')
      throw validationError(`Validation Error: the record identifier feature [${group.recordIdentifierName}] must not be empty.`);
    if (
      recordId.length * LONGEST_UTF8_CHAR_BYTES > LARGEST_RECORD_ID_BYTES &&
      Buffer.byteLength(recordId) > LARGEST_RECORD_ID_BYTES
    )
      throw validationError(`Validation Error: a record identifier may have up to ${LARGEST_RECORD_ID_BYTES} bytes.`);
  };

  /** Names and values of the features that have one. */
  const sizeOf = (values: readonly StoredValue[], measure: (text: string) => number) => {
    let size = 0;
    for (let index = 0; index < values.length; index++) {
      const value = values[index];
      if (value === undefined) continue;
      size += measure(names[index] as string);
      if (typeof value === 'string') size += measure(value);
      else for (const element of value) size += measure(element);
    }
    return size;
  };

  return {
    group,
    featureIndex,
    recordIdIndex,
    eventTimeIndex,
    defaultTtlSeconds: ttl && ttlSeconds(ttl),
    checkRecordId,
    parseEventTime: parseTime,
    parse(record) {
      if (record.length === 0) throw validationError('Validation Error: Record must hold at least one feature value.');
      const values: StoredValue[] = new Array(count).fill(undefined);
      const seen: boolean[] = new Array(count).fill(false);
      for (const { FeatureName, ValueAsString, ValueAsStringList } of record) {
        const index = featureIndex.get(FeatureName as string);
        if (index === undefined)
          throw validationError(`Validation Error: feature [${FeatureName}] is not defined in FeatureGroup ${group.name}.`);
        if (seen[index]) throw validationError(`Validation Error: feature [${FeatureName}] is given twice.`);
        seen[index] = true;
        if (ValueAsString === undefined && ValueAsStringList === undefined) continue;
        values[index] = acceptValue(definitions[index] as FeatureDefinition, ValueAsString, ValueAsStringList);
      }
      const recordId = values[recordIdIndex] as string | undefined;
      if (recordId === undefined)
        throw validationError(`Validation Error: the record identifier feature [${group.recordIdentifierName}] is missing.`);
      checkRecordId(recordId);
      const eventTime = values[eventTimeIndex] as string | undefined;
      if (eventTime === undefined)
        throw validationError(`Validation Error: the event time feature [${group.eventTimeName}] is missing.`);
      return { recordId, eventTime: parseTime(eventTime), values };
    },
    checkSize(values) {
      if (sizeOf(values, lengthOf) * LONGEST_UTF8_CHAR_BYTES <= LARGEST_RECORD_BYTES) return;
      if (sizeOf(values, Buffer.byteLength) > LARGEST_RECORD_BYTES)
        throw validationError(`Validation Error: a record may have up to ${LARGEST_RECORD_BYTES} bytes.`);
    },
    elementBeginnings: (features) =>
      features
        .toSorted((a, b) => (featureIndex.get(a) as number) - (featureIndex.get(b) as number))
        .map((feature) => `{"FeatureName":${JSON.stringify(feature)},`),
    print(values) {
      let json = '';
      for (let index = 0; index < values.length; index++) {
        const value = values[index];
        if (value === undefined) continue;
        json += json === '' ? '[' : ',';
        json += `${(typeof value === 'string' ? prefixes : listPrefixes)[index]}${JSON.stringify(value)}}`;
      }
      return json === '' ? '[]' : `${json}]`;
    },
  };
}

function acceptValue(
  definition: FeatureDefinition,
  scalar: string | undefined,
  list: readonly string[] | undefined,
): StoredValue {
  const name = definition.FeatureName as string;
  const type = definition.FeatureType as FeatureType;
  if (scalar !== undefined && list !== undefined)
    throw validationError(`Validation Error: feature [${name}] has both a value and a list of values.`);
  if (definition.CollectionType) return acceptCollection(definition, list);
  if (scalar === undefined)
    throw validationError(`Validation Error: feature [${name}] is no collection and takes ValueAsString.`);
  if (scalar.length > LARGEST_VALUE_CHARS)
    throw validationError(`Validation Error: the value of feature [${name}] may have up to ${LARGEST_VALUE_CHARS} characters.`);
  const refusal = refuseScalar(scalar, type, name);
  if (refusal) throw validationError(refusal);
  return scalar;
}

function acceptCollection(definition: FeatureDefinition, list: readonly string[] | undefined): StoredValue {
  const name = definition.FeatureName as string;
  if (list === undefined)
    throw validationError(`Validation Error: feature [${name}] is a ${definition.CollectionType} and takes ValueAsStringList.`);
  for (const element of list) {
    const refusal = refuseScalar(element, definition.FeatureType as FeatureType, name);
    if (refusal) throw validationError(refusal);
  }
  const dimension = definition.CollectionConfig?.VectorConfig?.Dimension;
  if (definition.CollectionType === 'Vector' && list.length !== dimension)
    throw validationError(`Validation Error: feature [${name}] is a Vector of ${dimension} elements.`);
  if (list.length === 0) return undefined;
  return definition.CollectionType === 'Set' ? [...new Set(list)] : list;
}
