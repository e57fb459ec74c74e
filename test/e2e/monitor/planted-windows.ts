/** Departures written straight to the stores of a stage: events to the history, states to the online store. */
import { BatchWriteRecordCommand, SageMakerFeatureStoreRuntimeClient } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import type { RunningStage } from '@tidemark/cli/start-stage';
import {
  EVENT_COLUMNS,
  encodeRecord,
  eventGroupOf,
  type FeatureRecord,
  type HistoryEvent,
  isRefusal,
  isWindowed,
  rebuildWindowState,
  stateGroupOf,
  WINDOW_STATE_FEATURE,
  type WindowedGroup,
  type WindowState,
  windowRecord,
} from '@tidemark/domain';
import { engineCredentials } from '@tidemark/engine';
import { definitions } from '@tidemark/features';

const found = definitions.groups.find(({ name }) => name === 'airport-activity');
if (found === undefined || !isWindowed(found)) throw new Error('the example has no windowed group airport-activity');
export const activity: WindowedGroup = found;

const MOST_WRITES = 25;

export const departure = (airport: string, id: string, timeMs: number, delay = 5): HistoryEvent => ({
  entityKey: airport,
  keyParts: [['airport', airport]],
  id,
  eventTime: new Date(timeMs).toISOString(),
  timeMs,
  arrivedMs: timeMs + 1_000,
  values: { destination: 'JFK', delay },
});

export const stateOf = (events: readonly HistoryEvent[]): WindowState => rebuildWindowState(activity, events, 0);

export interface WindowStores {
  history(events: readonly HistoryEvent[]): Promise<void>;
  /** With `text`, that instead of the state. */
  online(airport: string, state: WindowState, text?: string): Promise<void>;
}

export function windowStores({ engine: { endpoint, region } }: RunningStage): WindowStores {
  const runtime = new SageMakerFeatureStoreRuntimeClient({ endpoint, region, credentials: engineCredentials });
  const write = async (groupName: string, store: 'OnlineStore' | 'OfflineStore', records: readonly FeatureRecord[]) => {
    const entries = records.map(({ values }) => ({
      FeatureGroupName: groupName,
      TargetStores: [store],
      Record: values.map(([FeatureName, value]) => ({ FeatureName, ValueAsString: value as string })),
    }));
    for (let open = entries; open.length > 0; ) {
      const batch = open.slice(0, MOST_WRITES);
      const { Errors = [], UnprocessedEntries = [] } = await runtime.send(new BatchWriteRecordCommand({ Entries: batch }));
      if (Errors.length > 0) throw new Error(Errors[0]?.ErrorMessage);
      open = [...open.slice(MOST_WRITES), ...(UnprocessedEntries as typeof entries)];
    }
  };
  return {
    async history(events) {
      const rows = events.map(({ entityKey, id, eventTime, arrivedMs, values, keyParts }) =>
        encodeRecord(eventGroupOf(activity), {
          ...Object.fromEntries(keyParts),
          ...values,
          [EVENT_COLUMNS.id]: id,
          [EVENT_COLUMNS.entity]: entityKey,
          [EVENT_COLUMNS.arrived]: arrivedMs,
          eventTime,
        }),
      );
      await write('dev-airport-activity-events-v1', 'OfflineStore', rows.map(accepted));
    },
    async online(airport, state, text) {
      const record = windowRecord(activity, [['airport', airport]], state);
      const stored = text === undefined ? record : { ...record, [WINDOW_STATE_FEATURE]: text };
      await write('dev-airport-activity-v1', 'OnlineStore', [accepted(encodeRecord(stateGroupOf(activity), stored))]);
    },
  };
}

function accepted(record: ReturnType<typeof encodeRecord>): FeatureRecord {
  if (isRefusal(record)) throw new Error(record.message);
  return record;
}
