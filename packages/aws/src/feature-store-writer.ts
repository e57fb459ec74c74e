import {
  type BatchWriteRecordEntry,
  type FeatureValue,
  PutRecordCommand,
  type SageMakerFeatureStoreRuntimeClient,
  type TargetStore,
} from '@aws-sdk/client-sagemaker-featurestore-runtime';
import type { FeatureWriter, WriteEntry } from '@tidemark/pipeline';
import { directCalls } from './direct-call.ts';
import { calling, isServiceError, translateError } from './translate-error.ts';

const STORES: Readonly<Record<WriteEntry['stores'], TargetStore[]>> = {
  both: ['OnlineStore', 'OfflineStore'],
  offline: ['OfflineStore'],
  online: ['OnlineStore'],
};

const wireValues = (entry: WriteEntry): FeatureValue[] =>
  entry.record.values.map(([feature, value]) =>
    typeof value === 'string'
      ? { FeatureName: feature, ValueAsString: value }
      : { FeatureName: feature, ValueAsStringList: [...value] },
  );

/** Writes 25 records a call. The service names failed entries by their echo, so they are found again by key, time and stores. */
export function createBatchWriter(runtime: SageMakerFeatureStoreRuntimeClient): FeatureWriter {
  const { batchWriteRecord } = directCalls(runtime);
  return {
    async write(entries) {
      const Entries = entries.map(
        (entry): BatchWriteRecordEntry => ({
          FeatureGroupName: entry.groupName,
          Record: wireValues(entry),
          TargetStores: STORES[entry.stores],
        }),
      );
      const answer = await calling('BatchWriteRecord', () => batchWriteRecord({ Entries }));
      if ((answer.Errors ?? []).length === 0 && (answer.UnprocessedEntries ?? []).length === 0)
        return { unprocessed: [], refused: [] };
      const sent = new Map<string, WriteEntry[]>();
      entries.forEach((entry, at) => {
        const id = JSON.stringify(Entries[at]);
        sent.set(id, [...(sent.get(id) ?? []), entry]);
      });
      const take = (echo: BatchWriteRecordEntry | undefined): WriteEntry => {
        const entry = sent.get(JSON.stringify(inOrder(echo)))?.shift();
        if (entry === undefined) throw translateError('BatchWriteRecord', new Error('an entry came back that was not sent'));
        return entry;
      };
      return {
        unprocessed: (answer.UnprocessedEntries ?? []).map(take),
        refused: (answer.Errors ?? []).map((error) => ({ entry: take(error.Entry), code: error.ErrorCode ?? 'unknown' })),
      };
    },
  };
}

/** An echo with its members in the order in which we write them: JSON from a service has no order of its own. */
function inOrder(echo: BatchWriteRecordEntry | undefined): BatchWriteRecordEntry {
  return {
    FeatureGroupName: echo?.FeatureGroupName,
    Record: echo?.Record?.map((value) =>
      value.ValueAsStringList === undefined
        ? { FeatureName: value.FeatureName, ValueAsString: value.ValueAsString }
        : { FeatureName: value.FeatureName, ValueAsStringList: value.ValueAsStringList },
    ),
    TargetStores: echo?.TargetStores,
  };
}

/** Writes one record a call, for regions that have no BatchWriteRecord yet. */
export function createSingleWriter(runtime: SageMakerFeatureStoreRuntimeClient): FeatureWriter {
  return {
    async write(entries) {
      const refused: { entry: WriteEntry; code: string }[] = [];
      for (const entry of entries) {
        try {
          await runtime.send(
            new PutRecordCommand({
              FeatureGroupName: entry.groupName,
              Record: wireValues(entry),
              TargetStores: STORES[entry.stores],
            }),
          );
        } catch (error) {
          if (!isServiceError(error, 'ValidationError', 'ValidationException')) throw translateError('PutRecord', error);
          refused.push({ entry, code: error.name });
        }
      }
      return { unprocessed: [], refused };
    },
  };
}
