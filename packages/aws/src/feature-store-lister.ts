import { ListRecordsCommand, type SageMakerFeatureStoreRuntimeClient } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import type { RecordLister } from '@tidemark/pipeline';
import { calling } from './translate-error.ts';

const PAGE = 100;

export const createRecordLister = (runtime: SageMakerFeatureStoreRuntimeClient): RecordLister => ({
  async list(groupName, from) {
    const page = await calling('ListRecords', () =>
      runtime.send(
        new ListRecordsCommand({
          FeatureGroupName: groupName,
          MaxResults: PAGE,
          ...(from === undefined ? {} : { NextToken: from }),
        }),
      ),
    );
    return { entityKeys: page.RecordIdentifiers ?? [], next: page.NextToken };
  },
});
