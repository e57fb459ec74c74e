import {
  checkEventTime,
  type HistoryEvent,
  parseEntityKey,
  type Scalar,
  TidemarkError,
  toMs,
  type WindowedGroup,
} from '@tidemark/domain';
import type { Columns } from '../dataset/load-columns.ts';

/** The rows that `planEventRows` found, as events by entity. @throws INTERNAL for rows that this group never wrote */
export function readHistory(group: WindowedGroup, columns: Columns): Map<string, HistoryEvent[]> {
  const fields = Object.keys(group.windowed.fields).map((name) => ({ name, cells: columns.column(name) }));
  const [entities, ids, times, arrivals] = ['entity', 'id', 'event_time', 'arrived'].map((name) => columns.column(name)) as [
    readonly string[],
    readonly string[],
    readonly string[],
    readonly (bigint | number)[],
  ];
  const byEntity = new Map<string, HistoryEvent[]>();
  for (let row = 0; row < columns.rows; row++) {
    const entityKey = entities[row] as string;
    const eventTime = times[row] as string;
    const events = byEntity.get(entityKey) ?? [];
    if (events.length === 0) byEntity.set(entityKey, events);
    events.push({
      entityKey,
      keyParts: events[0]?.keyParts ?? keyPartsOf(group, entityKey),
      id: ids[row] as string,
      eventTime,
      timeMs: timeMsOf(group, eventTime),
      arrivedMs: Number(arrivals[row]),
      values: Object.fromEntries(fields.map(({ name, cells }) => [name, scalar(cells[row])])),
    });
  }
  return byEntity;
}

/** Whole numbers are 64-bit in Parquet and never leave 53 bits in an event. */
const scalar = (cell: unknown): Scalar | null =>
  cell === null || cell === undefined ? null : typeof cell === 'bigint' ? Number(cell) : (cell as Scalar);

export function keyPartsOf(group: WindowedGroup, entityKey: string): HistoryEvent['keyParts'] {
  const parts = parseEntityKey(entityKey) ?? [];
  const names = Object.keys(group.entity.key);
  if (parts.length !== names.length) throw foreign(group);
  return names.map((name, at) => [name, parts[at] as string] as const);
}

function timeMsOf(group: WindowedGroup, eventTime: string): number {
  const time = checkEventTime(eventTime, group.precision, 'eventTime');
  if ('code' in time) throw foreign(group);
  return toMs(time.timeNs);
}

const foreign = ({ name }: WindowedGroup) =>
  new TidemarkError('INTERNAL', `the event history of group ${name} has a row whose key or time is not of its form`);
