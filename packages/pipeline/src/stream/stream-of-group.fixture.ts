/** A stream for the windowed groups of `@tidemark/testing`, and events as its records. */
import {
  column,
  type Definitions,
  defineFeatureStore,
  defineStream,
  defineStreamSource,
  type WindowedGroup,
} from '@tidemark/domain';
import { type SentEvent, sensor } from '@tidemark/testing';
import type { StreamRecord } from './stream-batch.ts';

export const STREAM = 'readings';

const known = new Map<WindowedGroup, Definitions>();

export function definitionsOf(group: WindowedGroup): Definitions {
  const made = known.get(group) ?? makeDefinitions(group);
  known.set(group, made);
  return made;
}

function makeDefinitions(group: WindowedGroup): Definitions {
  const stream = defineStream({
    name: STREAM,
    partitionedBy: sensor,
    columns: {
      id: column.text(),
      sensor: column.text(),
      at: column.instant(),
      label: column.text(),
      level: column.integer(),
      price: column.text(),
      ratio: column.number(),
    },
  });
  const source = defineStreamSource({
    name: 'readings',
    stream,
    group,
    map: ({ id, at, ...event }) => ({ ...event, eventId: id, eventTime: at }) as never,
  });
  return defineFeatureStore({ groups: [group], sources: [], views: [], streams: [stream], streamSources: [source] });
}

/** An empty text is no value in a stream; these events have none. */
export const withoutEmptyTexts = (sent: SentEvent): SentEvent =>
  sent.values.label === '' ? { ...sent, values: { ...sent.values, label: 'empty' } } : sent;

export function recordOf({ entity, id, timeMs, values, arrivedMs }: SentEvent, sequence: number): StreamRecord {
  const price = values.price === null || values.price === undefined ? null : (Number(values.price) / 100).toFixed(2);
  const event = { id, sensor: entity, at: new Date(timeMs).toISOString(), ...values, price };
  return {
    sequenceNumber: String(10 ** 15 + sequence),
    partitionKey: entity,
    data: Buffer.from(JSON.stringify(event)),
    arrivedMs,
  };
}
