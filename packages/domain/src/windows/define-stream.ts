import type { Entity, KeyShape } from '../define-entity.ts';
import type { Group, RecordInput } from '../define-group.ts';
import type { Column, ColumnShape } from '../define-source.ts';
import { type Duration, parseDurationMs } from '../duration.ts';
import { TidemarkError } from '../errors.ts';
import { assertLogicalName } from '../names.ts';
import { type EventInput, isWindowed, type WindowedGroup } from './define-windowed-group.ts';

/** A stream of JSON events. */
export interface EventStream<Columns extends ColumnShape = ColumnShape> {
  readonly name: string;
  /** Its canonical key is the partition key of every record, so that the events of one such entity stay in order. */
  readonly partitionedBy: Entity;
  /** Every column that an event may have. Absent ones are null. */
  readonly columns: Columns;
  /** What becomes of an event that no source takes: it is quarantined, or it was not meant for us. */
  readonly unmatched: 'quarantine' | 'ignore';
}

type ColumnValue<C> = C extends Column<infer Value> ? Value | null : never;
export type StreamEvent<Columns extends ColumnShape> = { readonly [Name in keyof Columns]: ColumnValue<Columns[Name]> };

/** How events of a stream become records of one group. Several sources of one stream serve several groups. */
export interface StreamSource {
  readonly name: string;
  readonly stream: EventStream;
  /** `windowed`: events are counted in windows; `direct`: each is a record, and an older one never replaces a newer. */
  readonly kind: 'windowed' | 'direct';
  readonly group: Group;
  /** Of a direct source: how long after its arrival the event time may lie, this included. Windowed groups have their own. */
  readonly futureToleranceMs: number;
  /** Which events are meant for the group. */
  readonly filter: (event: never) => boolean;
  readonly map: (event: never) => Readonly<Record<string, unknown>>;
}

type InputOf<G extends Group> = G extends WindowedGroup ? EventInput<G> : RecordInput<G>;

/** @throws DEFINITION_INVALID */
export function defineStream<Key extends KeyShape, const Columns extends ColumnShape>(stream: {
  readonly name: string;
  readonly partitionedBy: Entity<Key>;
  readonly columns: Columns;
  readonly unmatched?: EventStream['unmatched'];
}): EventStream<Columns> {
  assertLogicalName('stream', stream.name);
  return { unmatched: 'quarantine', ...stream };
}

/**
 * Declares that events of a stream feed a group: windows where it is a windowed group, records otherwise. `filter` and `map`
 * are pure and see one typed event.
 * @throws DEFINITION_INVALID where the group is windowed and its entity is not what the stream is partitioned by.
 */
export function defineStreamSource<G extends Group, Columns extends ColumnShape>(source: {
  readonly name: string;
  readonly stream: EventStream<Columns>;
  readonly group: G;
  /** Default: 5 minutes. */
  readonly futureTolerance?: G extends WindowedGroup ? never : Duration;
  readonly filter?: (event: StreamEvent<Columns>) => boolean;
  readonly map: (event: StreamEvent<Columns>) => InputOf<G>;
}): StreamSource {
  const { name, stream, group } = source;
  assertLogicalName('source', name);
  if (isWindowed(group) && group.entity !== stream.partitionedBy) {
    throw new TidemarkError(
      'DEFINITION_INVALID',
      `source ${name}: stream ${stream.name} is partitioned by ${stream.partitionedBy.name}, so only windows of that entity see its events in order`,
    );
  }
  return {
    name,
    stream,
    group,
    kind: isWindowed(group) ? 'windowed' : 'direct',
    futureToleranceMs: parseDurationMs(source.futureTolerance ?? '5m'),
    filter: (source.filter ?? (() => true)) as StreamSource['filter'],
    map: source.map as StreamSource['map'],
  };
}
