import type { SageMakerFeatureStoreRuntimeClient } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import type { WireValue } from '@tidemark/domain';
import type { FeatureReader, OnlineRecord } from '@tidemark/pipeline';
import { directCalls } from './direct-call.ts';
import { calling } from './translate-error.ts';

export function createBatchReader(runtime: SageMakerFeatureStoreRuntimeClient): FeatureReader {
  const { batchGetRecord } = directCalls(runtime);
  return {
    async read(requests) {
      const answer = await calling('BatchGetRecord', () =>
        batchGetRecord({
          Identifiers: requests.map(({ groupName, entityKeys, features }) => ({
            FeatureGroupName: groupName,
            RecordIdentifiersValueAsString: [...entityKeys],
            FeatureNames: [...features],
          })),
          ExpirationTimeResponse: 'Enabled',
        }),
      );
      return {
        records: (answer.Records ?? []).map((record): OnlineRecord => {
          const values = new Map<string, WireValue>();
          for (const { FeatureName, ValueAsString, ValueAsStringList } of record.Record ?? []) {
            values.set(FeatureName ?? '', ValueAsString ?? ValueAsStringList ?? '');
          }
          return {
            groupName: record.FeatureGroupName ?? '',
            entityKey: record.RecordIdentifierValueAsString ?? '',
            values,
            expiresAt: record.ExpiresAt,
          };
        }),
        unprocessed: (answer.UnprocessedIdentifiers ?? []).map((one) => ({
          groupName: one.FeatureGroupName ?? '',
          entityKeys: one.RecordIdentifiersValueAsString ?? [],
          features: one.FeatureNames ?? [],
        })),
        refused: (answer.Errors ?? []).map((error) => ({
          groupName: error.FeatureGroupName ?? '',
          entityKey: error.RecordIdentifierValueAsString ?? '',
          code: error.ErrorCode ?? 'unknown',
        })),
      };
    },
  };
}
