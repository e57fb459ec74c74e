import { DeleteRecordCommand, type SageMakerFeatureStoreRuntimeClient } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import type { RecordRemover } from '@tidemark/pipeline';
import { isServiceError, translateError } from './translate-error.ts';

/** The service refuses to delete a record that is not older than the event time of the deletion. */
export function createRecordRemover(runtime: SageMakerFeatureStoreRuntimeClient): RecordRemover {
  return {
    async removeOnline(groupName, entityKey, before) {
      try {
        await runtime.send(
          new DeleteRecordCommand({
            FeatureGroupName: groupName,
            RecordIdentifierValueAsString: entityKey,
            EventTime: before,
            TargetStores: ['OnlineStore'],
            DeletionMode: 'HardDelete',
          }),
        );
        return 'removed';
      } catch (error) {
        if (isServiceError(error, 'ValidationError', 'ValidationException')) return 'newer';
        throw translateError('DeleteRecord', error);
      }
    },
  };
}
