import { DeleteRecordCommand, type SageMakerFeatureStoreRuntimeClient } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import type { OnlineEraser } from '@tidemark/pipeline';
import { calling } from './translate-error.ts';

/**
 * The event time of a hard delete must be after that of the record, which for a tombstone nobody can ask; this one is after
 * all. Nothing remembers it: unlike a soft delete, a hard one leaves no tombstone that later records would lose against.
 */
const AFTER_ALL = '9999-12-31T23:59:59Z';

export function createOnlineEraser(runtime: SageMakerFeatureStoreRuntimeClient): OnlineEraser {
  return {
    async erase(groupName, entityKey) {
      await calling('DeleteRecord', () =>
        runtime.send(
          new DeleteRecordCommand({
            FeatureGroupName: groupName,
            RecordIdentifierValueAsString: entityKey,
            EventTime: AFTER_ALL,
            DeletionMode: 'HardDelete',
            TargetStores: ['OnlineStore'],
          }),
        ),
      );
    },
  };
}
