/**
 * The two feature groups that a windowed group is in the store.
 *
 * The state group is online only: per entity its features as of the last event, and the state that windows are evaluated from.
 * The event group is offline only: every accepted event under the record identifier (entity key, event id).
 */
import type { Entity, KeyShape } from '../define-entity.ts';
import type { Group } from '../define-group.ts';
import { type FeatureType, integral, text } from '../feature-type.ts';
import type { WindowedGroup } from './define-windowed-group.ts';
import { storedType } from './event-field.ts';

export const WINDOW_STATE_FEATURE = 'window_state';

/** Columns of the event group beside key and fields. */
export const EVENT_COLUMNS = {
  /** A part of the record identifier. */
  id: 'event_id',
  /** The canonical key of the windowed group's entity. */
  entity: 'event_entity',
  /** Milliseconds since 1970: the arrival in the stream that the event was accepted by. */
  arrived: 'event_arrived_at',
} as const;
export const EVENT_GROUP_FEATURES: ReadonlySet<string> = new Set(Object.values(EVENT_COLUMNS));

export const stateGroupOf = (group: WindowedGroup): Group => ({
  ...withoutWindows(group),
  features: { ...group.features, [WINDOW_STATE_FEATURE]: text({ description: 'what windows are evaluated from' }) },
  keptIn: 'online',
});

export function eventGroupOf(group: WindowedGroup): Group {
  const key: KeyShape = { ...group.entity.key, [EVENT_COLUMNS.id]: 'string' };
  const entity: Entity = { ...group.entity, name: `${group.entity.name}-event`, key };
  const fields = Object.entries(group.windowed.fields).map(([name, field]): [string, FeatureType] => [name, storedType(field)]);
  return {
    ...withoutWindows(group),
    name: `${group.name}-events`,
    description: `Every accepted event of ${group.name}`,
    entity,
    features: { [EVENT_COLUMNS.entity]: text(), [EVENT_COLUMNS.arrived]: integral(), ...Object.fromEntries(fields) },
    keptIn: 'offline',
  };
}

function withoutWindows({ windowed: _, ...group }: WindowedGroup): Group {
  return group;
}
