/** Airport hours written straight to the stores of a stage, and the seven kinds of damage done to them. */
import {
  BatchWriteRecordCommand,
  DeleteRecordCommand,
  SageMakerFeatureStoreRuntimeClient,
} from '@aws-sdk/client-sagemaker-featurestore-runtime';
import type { RunningStage } from '@tidemark/cli/start-stage';
import { engineCredentials, type ProfileName } from '@tidemark/engine';
import type { InconsistencyKind } from '@tidemark/pipeline';
import { startWithoutSchedules } from '../harness.ts';

export const GROUP = 'airport-hours';
const GROUP_NAME = 'dev-airport-hours-v1';
const HOUR_MS = 3_600_000;
const MOST_WRITES = 25;

export type Store = 'OnlineStore' | 'OfflineStore';
const BOTH: readonly Store[] = ['OnlineStore', 'OfflineStore'];

export interface Hour {
  readonly airport: string;
  readonly eventTime: string;
  readonly departures?: string;
  readonly mean_delay?: string;
  readonly share_late?: string;
}

export interface Planted {
  readonly airport: string;
  readonly kind: InconsistencyKind;
  readonly features: readonly string[];
}

export interface PlantedStage {
  readonly stage: RunningStage;
  readonly nowMs: number;
  /** The full hour that lies `hours` before now, as an event time. */
  hoursAgo(hours: number): string;
  put(hours: readonly Hour[], stores?: readonly Store[]): Promise<void>;
  remove(airport: string, eventTime: string, stores: readonly Store[], mode?: 'SoftDelete' | 'HardDelete'): Promise<void>;
  /** Deletes the files of an hour. Answers how many there were. */
  loseHour(eventTime: string): Promise<number>;
}

export const hourOf = (airport: string, eventTime: string, departures = 10): Hour => ({
  airport,
  eventTime,
  departures: String(departures),
  mean_delay: '4.5',
  share_late: '0.25',
});

export async function plantedStage(data: string, profile: ProfileName): Promise<PlantedStage> {
  const stage = await startWithoutSchedules({ data, profile });
  const { endpoint, region } = stage.engine;
  const runtime = new SageMakerFeatureStoreRuntimeClient({ endpoint, region, credentials: engineCredentials });
  const nowMs = Math.floor(stage.instance.clock.nowMs() / HOUR_MS) * HOUR_MS;

  return {
    stage,
    nowMs,
    hoursAgo: (hours) => `${new Date(nowMs - hours * HOUR_MS).toISOString().slice(0, 19)}Z`,
    async put(hours, stores = BOTH) {
      const entries = hours.map((hour) => ({
        FeatureGroupName: GROUP_NAME,
        TargetStores: [...stores],
        Record: Object.entries(recordOf(hour)).map(([FeatureName, ValueAsString]) => ({ FeatureName, ValueAsString })),
      }));
      for (let open = entries; open.length > 0; ) {
        const batch = open.slice(0, MOST_WRITES);
        const { Errors = [], UnprocessedEntries = [] } = await runtime.send(new BatchWriteRecordCommand({ Entries: batch }));
        if (Errors.length > 0) throw new Error(Errors[0]?.ErrorMessage);
        open = [...open.slice(MOST_WRITES), ...(UnprocessedEntries as typeof entries)];
      }
    },
    async remove(airport, EventTime, stores, DeletionMode = 'SoftDelete') {
      await runtime.send(
        new DeleteRecordCommand({
          FeatureGroupName: GROUP_NAME,
          RecordIdentifierValueAsString: airport,
          EventTime,
          TargetStores: [...stores],
          DeletionMode,
        }),
      );
    },
    async loseHour(eventTime) {
      const { location = '' } = (await stage.groups.describe(GROUP_NAME))?.offline ?? {};
      const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(location) ?? [];
      const [year, month, day, hour] = eventTime.split(/[-T:]/);
      const keys: string[] = [];
      for await (const { key } of stage.objects.list(bucket, `${prefix}/year=${year}/month=${month}/day=${day}/hour=${hour}/`))
        keys.push(key);
      await stage.objects.remove(bucket, keys);
      return keys.length;
    },
  };
}

const recordOf = ({ airport, eventTime, ...values }: Hour): Record<string, string> => ({
  entity_key: airport,
  airport,
  event_time: eventTime,
  ...values,
});
