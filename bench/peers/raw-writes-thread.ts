/** BatchWriteRecord from one bare SDK client, 25 records a call: what the pipeline could reach if it did nothing itself. */
import { parentPort, workerData } from 'node:worker_threads';
import { BatchWriteRecordCommand, SageMakerFeatureStoreRuntimeClient } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { engineCredentials } from '@tidemark/engine';

export interface RawWrites {
  readonly endpoint: string;
  readonly region: string;
  readonly groupName: string;
  readonly rows: number;
  readonly calls: number;
  /** `history`: to the offline store only, of the group airport-hours. `online`: an entity each, of the group travellers. */
  readonly kind: 'history' | 'online';
}

export interface RawWritesResult {
  readonly seconds: number;
}

const { endpoint, region, groupName, rows, calls, kind } = workerData as RawWrites;
const client = new SageMakerFeatureStoreRuntimeClient({ endpoint, region, credentials: engineCredentials });

/** Earlier than anything else in the group: only history, as most rows of an ingest are. */
const historyRecord = (at: number) => ({
  FeatureGroupName: groupName,
  TargetStores: ['OfflineStore' as const],
  Record: [
    { FeatureName: 'entity_key', ValueAsString: `RAW${at % 250}` },
    { FeatureName: 'event_time', ValueAsString: new Date(Date.UTC(2000, 0, 1) + at * 60_000).toISOString().replace('.000', '') },
    { FeatureName: 'airport', ValueAsString: `RAW${at % 250}` },
    { FeatureName: 'departures', ValueAsString: String(at % 40) },
    { FeatureName: 'mean_delay', ValueAsString: `${at % 90}.25` },
    { FeatureName: 'share_late', ValueAsString: '0.25' },
  ],
});

const onlineRecord = (at: number) => ({
  FeatureGroupName: groupName,
  TargetStores: ['OnlineStore' as const],
  Record: [
    { FeatureName: 'entity_key', ValueAsString: String(at) },
    { FeatureName: 'traveller', ValueAsString: String(at) },
    { FeatureName: 'event_time', ValueAsString: '2026-01-01T00:00:00Z' },
    { FeatureName: 'home', ValueAsString: `A${at % 300}` },
    { FeatureName: 'trips', ValueAsString: String(at % 40) },
    { FeatureName: 'mean_delay', ValueAsString: `${at % 90}.25` },
  ],
});
const recordAt = kind === 'history' ? historyRecord : onlineRecord;

async function write(count: number): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const from = next;
      next += 25;
      await client.send(new BatchWriteRecordCommand({ Entries: Array.from({ length: 25 }, (_, at) => recordAt(from + at)) }));
    }
  };
  await Promise.all(Array.from({ length: calls }, lane));
}

await write(5_000);
parentPort?.postMessage('warm');
const startedMs = performance.now();
await write(rows);
parentPort?.postMessage({ seconds: (performance.now() - startedMs) / 1_000 } satisfies RawWritesResult);
