import type { Entity, KeyShape, KeyValues } from './define-entity.ts';
import { type Duration, parseDurationMs } from './duration.ts';
import { TidemarkError } from './errors.ts';
import type { Precision } from './event-time.ts';
import type { FeatureType, ValueOf } from './feature-type.ts';
import { assertFeatureName, assertLogicalName } from './names.ts';
import type { TableFormat } from './table-format.ts';

export type FeatureShape = Readonly<Record<string, FeatureType>>;
export type FeatureValues<Features extends FeatureShape> = {
  readonly [Name in keyof Features]?: ValueOf<Features[Name]> | null | undefined;
};

/** How the online store keeps records. Collections need `InMemory`, which has no offline store. */
export type OnlineStorage = 'Standard' | 'InMemory';

interface GroupSettings {
  /** How long after its event time a record counts as known; the store's TTL. Absent: for ever. */
  readonly ttl?: Duration;
  /** Up to which age a served value is `fresh`; older is `stale`. Absent: always fresh. */
  readonly freshFor?: Duration;
  /** Absent: what the stage has, production Iceberg and the others Glue. A group that stands cannot change it. */
  readonly tableFormat?: TableFormat;
  readonly description?: string;
  readonly owner?: string;
}

export interface Group<
  Name extends string = string,
  Key extends KeyShape = KeyShape,
  Features extends FeatureShape = FeatureShape,
> {
  readonly name: Name;
  /** The major version: a new one stands beside the old as a group of its own. */
  readonly version: number;
  readonly entity: Entity<Key>;
  readonly features: Features;
  /** Event times finer than this are refused, never rounded. */
  readonly precision: Precision;
  readonly storage: OnlineStorage;
  /** The only store that holds its records. Absent: both do. */
  readonly keptIn?: 'online' | 'offline';
  /** Of its history. Undefined: what the stage has, see `withTableFormat`. */
  readonly tableFormat: TableFormat | undefined;
  readonly ttlMs: number | undefined;
  readonly freshForMs: number | undefined;
  readonly description: string | undefined;
  readonly owner: string | undefined;
}

/** What a mapping returns for a group: the key, the event time as written (UTC ISO-8601), and any of the features. */
export type RecordInput<G extends Group> =
  G extends Group<string, infer Key, infer Features>
    ? { readonly [Part in keyof Key]: KeyValues<Key>[Part] | null | undefined } & {
        readonly eventTime: string | null | undefined;
      } & FeatureValues<Features>
    : never;

/** @throws DEFINITION_INVALID naming the group and the part of it that cannot work. */
export function defineGroup<const Name extends string, Key extends KeyShape, const Features extends FeatureShape>(
  group: {
    readonly name: Name;
    readonly version?: number;
    readonly entity: Entity<Key>;
    readonly features: Features;
    readonly precision?: Precision;
    readonly storage?: OnlineStorage;
  } & GroupSettings,
): Group<Name, Key, Features> {
  assertLogicalName('group', group.name);
  for (const [feature, type] of Object.entries(group.features)) assertFeature(group, feature, type);
  if (Object.values(group.features).filter((type) => type.collection === 'Vector').length > 1) {
    throw new TidemarkError('DEFINITION_INVALID', `group ${group.name}: at most one feature may be a vector`);
  }
  if (group.tableFormat !== undefined && group.storage === 'InMemory') {
    throw new TidemarkError(
      'DEFINITION_INVALID',
      `group ${group.name}: tableFormat is of a history, and in memory there is none`,
      {
        field: 'tableFormat',
      },
    );
  }
  return {
    name: group.name,
    version: group.version ?? 1,
    entity: group.entity,
    features: group.features,
    precision: group.precision ?? 'ms',
    storage: group.storage ?? 'Standard',
    tableFormat: group.tableFormat,
    ttlMs: group.ttl === undefined ? undefined : parseDurationMs(group.ttl),
    freshForMs: group.freshFor === undefined ? undefined : parseDurationMs(group.freshFor),
    description: group.description,
    owner: group.owner,
  };
}

function assertFeature(
  group: { readonly name: string; readonly entity: Entity; readonly storage?: OnlineStorage },
  feature: string,
  type: FeatureType,
): void {
  const where = `group ${group.name}`;
  assertFeatureName(where, feature);
  if (feature in group.entity.key) {
    throw new TidemarkError('DEFINITION_INVALID', `${where}: "${feature}" is a part of the entity key already`, {
      field: feature,
    });
  }
  if (type.collection !== undefined && group.storage !== 'InMemory') {
    throw new TidemarkError('DEFINITION_INVALID', `${where}: "${feature}" is a collection, which needs storage: 'InMemory'`, {
      field: feature,
    });
  }
  const { dimension = 0 } = type;
  if (type.collection === 'Vector' && !(Number.isInteger(dimension) && dimension >= 1 && dimension <= 8_192)) {
    throw new TidemarkError('DEFINITION_INVALID', `${where}: the dimension of "${feature}" must be 1 to 8192`, {
      field: feature,
    });
  }
}
