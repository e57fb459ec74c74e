import type { WindowEvent } from '@tidemark/domain';
import type { ObjectStore } from '../ports/object-store.ts';
import type { StreamRecord } from '../stream/stream-batch.ts';

/** An event that finally failed, and the record of the stream that it came in. */
export interface FailedEvent {
  readonly event: WindowEvent;
  readonly record: StreamRecord;
  readonly shardId: string;
}

/** As JSON lines. */
export const printFailedEvents = (events: readonly FailedEvent[]): string =>
  events
    .map(
      (one) =>
        `${JSON.stringify({ ...one, record: { ...one.record, data: Buffer.from(one.record.data).toString('base64') } })}\n`,
    )
    .join('');

/** By entity, in the order of their arrival; none where there is no such object. */
export async function loadFailedEvents(objects: ObjectStore, bucket: string, key: string): Promise<Map<string, FailedEvent[]>> {
  const body = await objects.read({ bucket, key });
  const lines = body === undefined ? [] : Buffer.from(body).toString('utf8').trimEnd().split('\n');
  const events = lines.map((line) => {
    const one = JSON.parse(line) as FailedEvent & { readonly record: { readonly data: unknown } };
    return { ...one, record: { ...one.record, data: Buffer.from(String(one.record.data), 'base64') } };
  });
  return Map.groupBy(
    events.sort((a, b) => a.record.arrivedMs - b.record.arrivedMs),
    ({ event }) => event.entityKey,
  );
}
