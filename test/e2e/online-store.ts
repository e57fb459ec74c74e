/** The online store as a test looks at it and spoils it, through the service's own client. */
import {
  BatchGetRecordCommand,
  DeleteRecordCommand,
  ListRecordsCommand,
  PutRecordCommand,
  SageMakerFeatureStoreRuntimeClient,
} from '@aws-sdk/client-sagemaker-featurestore-runtime';
import type { RunningStage } from '@tidemark/cli/start-stage';
import { engineCredentials } from '@tidemark/engine';

const AFTER_ALL = '9999-12-31T23:59:59Z';
const AT_ONCE = 16;
const PAGE = 100;

export type OnlineValues = Readonly<Record<string, string | undefined>>;

export interface OnlineStore {
  keys(groupName: string): Promise<string[]>;
  /** By entity key, in its order. */
  records(groupName: string): Promise<Map<string, OnlineValues>>;
  put(groupName: string, values: OnlineValues): Promise<void>;
  /** Leaves a tombstone. */
  softDelete(groupName: string, key: string, eventTime: string): Promise<void>;
  hardDelete(groupName: string, key: string): Promise<void>;
  wipe(groupName: string): Promise<void>;
}

export function onlineStoreOf({ engine: { endpoint, region } }: Pick<RunningStage, 'engine'>): OnlineStore {
  const runtime = new SageMakerFeatureStoreRuntimeClient({ endpoint, region, credentials: engineCredentials });
  const TargetStores = ['OnlineStore' as const];
  const remove = async (FeatureGroupName: string, key: string, EventTime: string, DeletionMode: 'SoftDelete' | 'HardDelete') =>
    void (await runtime.send(
      new DeleteRecordCommand({ FeatureGroupName, RecordIdentifierValueAsString: key, EventTime, DeletionMode, TargetStores }),
    ));
  const store: OnlineStore = {
    async keys(FeatureGroupName) {
      const keys: string[] = [];
      let NextToken: string | undefined;
      do {
        const page = await runtime.send(
          new ListRecordsCommand({ FeatureGroupName, ...(NextToken === undefined ? {} : { NextToken }) }),
        );
        keys.push(...(page.RecordIdentifiers ?? []));
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return keys;
    },
    async records(FeatureGroupName) {
      const records = new Map<string, OnlineValues>();
      for (let open = await store.keys(FeatureGroupName); open.length > 0; ) {
        const { Records = [], UnprocessedIdentifiers = [] } = await runtime.send(
          new BatchGetRecordCommand({ Identifiers: [{ FeatureGroupName, RecordIdentifiersValueAsString: open.slice(0, PAGE) }] }),
        );
        for (const { RecordIdentifierValueAsString: key = '', Record: values = [] } of Records)
          records.set(key, Object.fromEntries(values.map((one) => [one.FeatureName, one.ValueAsString])));
        open = open.slice(PAGE).concat(UnprocessedIdentifiers.flatMap((one) => one.RecordIdentifiersValueAsString ?? []));
      }
      return new Map([...records].sort(([a], [b]) => (a < b ? -1 : 1)));
    },
    async put(FeatureGroupName, values) {
      const Record = Object.entries(values).map(([FeatureName, ValueAsString]) => ({ FeatureName, ValueAsString }));
      await runtime.send(new PutRecordCommand({ FeatureGroupName, Record, TargetStores }));
    },
    softDelete: (groupName, key, eventTime) => remove(groupName, key, eventTime, 'SoftDelete'),
    hardDelete: (groupName, key) => remove(groupName, key, AFTER_ALL, 'HardDelete'),
    async wipe(groupName) {
      const keys = await store.keys(groupName);
      const lane = async () => {
        for (let key = keys.pop(); key !== undefined; key = keys.pop()) await store.hardDelete(groupName, key);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, lane));
    },
  };
  return store;
}
