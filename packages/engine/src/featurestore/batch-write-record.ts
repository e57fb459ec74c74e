import type {
  BatchWriteRecordEntry,
  BatchWriteRecordRequest,
  FeatureValue,
} from '@aws-sdk/client-sagemaker-featurestore-runtime';
import type { EngineContext } from '../engine-context.ts';
import { AwsError } from '../wire/aws-error.ts';
import { EncodedOutput } from '../wire/service.ts';
import type { Write } from './record-writer.ts';
import { unknownGroup, validationError } from './runtime-errors.ts';
import type { RuntimeParts } from './runtime-service.ts';

const MOST_ENTRIES = 25;
const allWritten = new EncodedOutput('{"Errors":[],"UnprocessedEntries":[]}');

interface EntryError {
  readonly Entry: BatchWriteRecordEntry;
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

export function createBatchWriteRecord(
  { settings, random }: EngineContext,
  { groups, queue, writer }: Pick<RuntimeParts, 'groups' | 'queue' | 'writer'>,
) {
  return async ({ Entries = [], TtlDuration }: BatchWriteRecordRequest): Promise<EncodedOutput> => {
    if (Entries.length < 1 || Entries.length > MOST_ENTRIES)
      throw validationError(`Validation Error: Entries must hold 1 to ${MOST_ENTRIES} entries.`);
    const writes: Write[] = [];
    const errors: EntryError[] = [];
    const unprocessed: BatchWriteRecordEntry[] = [];
    for (const entry of Entries) {
      if (settings.unprocessedShare > 0 && random() < settings.unprocessedShare) {
        unprocessed.push(entry);
        continue;
      }
      try {
        const schema = groups.resolve(entry.FeatureGroupName as string, unknownGroup);
        // The call's TTL is for online stores; an entry of its own right may go to a group without one.
        const ttl = entry.TtlDuration ?? (schema.group.online ? TtlDuration : undefined);
        writes.push(writer.put(schema, entry.Record as FeatureValue[], entry.TargetStores, ttl));
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        errors.push({ Entry: entry, ErrorCode: error.code, ErrorMessage: error.message });
      }
    }
    if (writes.length > 0)
      await queue.submit(() => {
        for (const write of writes) write();
      });
    if (errors.length === 0 && unprocessed.length === 0) return allWritten;
    return new EncodedOutput(JSON.stringify({ Errors: errors, UnprocessedEntries: unprocessed }));
  };
}
