import type { BatchGetRecordIdentifier, BatchGetRecordRequest } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import type { EngineContext } from '../engine-context.ts';
import { EncodedOutput } from '../wire/service.ts';
import { parseReadOptions } from './record-reader.ts';
import { unknownGroupAsValidationError, validationError } from './runtime-errors.ts';
import type { RuntimeParts } from './runtime-service.ts';

/** Identifiers, ids of one identifier, and ids in all: the same bound for each. */
const MOST_RECORDS = 100;

export function createBatchGetRecord(
  { settings, random }: EngineContext,
  { groups, reader }: Pick<RuntimeParts, 'groups' | 'reader'>,
) {
  return ({ Identifiers = [], ExpirationTimeResponse }: BatchGetRecordRequest): EncodedOutput => {
    checkCounts(Identifiers);
    const records: string[] = [];
    const unprocessed: BatchGetRecordIdentifier[] = [];
    const planned = Identifiers.map((identifier) => {
      const schema = groups.resolve(identifier.FeatureGroupName as string, unknownGroupAsValidationError);
      return { identifier, schema, options: parseReadOptions(schema, identifier.FeatureNames, ExpirationTimeResponse) };
    });
    for (const { identifier, schema, options } of planned) {
      let ids = identifier.RecordIdentifiersValueAsString as string[];
      if (settings.unprocessedShare > 0) {
        const left: string[] = [];
        ids = ids.filter((id) => random() >= settings.unprocessedShare || left.push(id) === 0);
        if (left.length > 0) unprocessed.push({ ...identifier, RecordIdentifiersValueAsString: left });
      }
      const start = `{"FeatureGroupName":${JSON.stringify(identifier.FeatureGroupName)},"RecordIdentifierValueAsString":`;
      reader.readMany(schema, ids, options, (id, members) => records.push(`${start}${JSON.stringify(id)},${members}}`));
    }
    if (settings.shuffleBatchAnswers) shuffle(records, random);
    return new EncodedOutput(
      `{"Records":[${records.join(',')}],"Errors":[],"UnprocessedIdentifiers":${JSON.stringify(unprocessed)}}`,
    );
  };
}

function checkCounts(identifiers: readonly BatchGetRecordIdentifier[]): void {
  if (identifiers.length < 1 || identifiers.length > MOST_RECORDS)
    throw validationError(`Validation Error: Identifiers must hold 1 to ${MOST_RECORDS} entries.`);
  let total = 0;
  for (const { RecordIdentifiersValueAsString: ids = [] } of identifiers) {
    if (ids.length < 1 || ids.length > MOST_RECORDS)
      throw validationError(`Validation Error: RecordIdentifiersValueAsString must hold 1 to ${MOST_RECORDS} values.`);
    total += ids.length;
  }
  if (total > MOST_RECORDS)
    throw validationError(`Validation Error: a BatchGetRecord call may ask for up to ${MOST_RECORDS} records.`);
}

function shuffle(items: unknown[], random: () => number): void {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [items[last], items[other]] = [items[other], items[last]];
  }
}
