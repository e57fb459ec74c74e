/** Definitions against what exists → the changes that make them agree. Pure: a plan can be shown before it is done. */
import { ENTITY_KEY_FEATURE, EVENT_TIME_FEATURE, type FeatureType, type Group, type TableFormat } from '@tidemark/domain';
import type { DescribedFeature, DescribedGroup } from '../ports/feature-groups.ts';

export type Change =
  | {
      readonly kind: 'create';
      readonly group: string;
      readonly groupName: string;
      readonly features: readonly DescribedFeature[];
      /** Of its history, once and for all; absent: it has none. */
      readonly tableFormat?: TableFormat;
    }
  | {
      readonly kind: 'add-features';
      readonly group: string;
      readonly groupName: string;
      readonly features: readonly DescribedFeature[];
    }
  | {
      readonly kind: 'set-ttl';
      readonly group: string;
      readonly groupName: string;
      readonly fromMs: number | undefined;
      readonly toMs: number | undefined;
    }
  /** The state that is stored can no longer be read: it is made again from the event history. */
  | { readonly kind: 'rebuild-windows'; readonly group: string; readonly groupName: string }
  | { readonly kind: 'refused'; readonly group: string; readonly groupName: string; readonly reason: string }
  | { readonly kind: 'unchanged'; readonly group: string; readonly groupName: string };

const MOST_ADDITIONS = 100;

/** Which stores hold a group's records. The in-memory tier has no offline store. */
export const storesOf = ({ keptIn, storage }: Group): { readonly online: boolean; readonly offline: boolean } => ({
  online: keptIn !== 'offline',
  offline: keptIn !== 'online' && storage !== 'InMemory',
});

/** The record of a group as the service holds it: entity key, key parts, event time, features. */
export function recordFeatures(group: Group): DescribedFeature[] {
  const plain = (name: string, type: DescribedFeature['type']): DescribedFeature => ({ name, type, collection: undefined });
  return [
    plain(ENTITY_KEY_FEATURE, 'String'),
    ...Object.entries(group.entity.key).map(([part, type]) => plain(part, type === 'integral' ? 'Integral' : 'String')),
    plain(EVENT_TIME_FEATURE, 'String'),
    ...Object.entries(group.features).map(([name, type]: [string, FeatureType]) => ({
      name,
      type: type.kind,
      collection: type.collection,
      dimension: type.dimension,
    })),
  ];
}

/**
 * Features are only ever added: what was removed or retyped is refused with the way out.
 * @param declaredName What the definitions call it: the windowed group, for the group that holds its events.
 */
export function planGroup(
  group: Group,
  groupName: string,
  existing: DescribedGroup | undefined,
  declaredName = group.name,
): Change[] {
  const wanted = recordFeatures(group);
  const names = { group: group.name, groupName };
  if (existing === undefined) {
    const { tableFormat = 'glue' } = group;
    return [{ kind: 'create', ...names, features: wanted, ...(storesOf(group).offline ? { tableFormat } : {}) }];
  }
  const refused = otherStores(group, existing) ?? otherFormat(group, existing) ?? incompatibility(wanted, existing.features);
  if (refused !== undefined) {
    return [
      {
        kind: 'refused',
        ...names,
        reason: `${refused}; raise \`version\` of ${declaredName} to ${group.version + 1}: the new group stands beside the old one`,
      },
    ];
  }
  const changes: Change[] = [];
  const added = wanted.filter((feature) => !existing.features.some((one) => one.name === feature.name));
  for (let at = 0; at < added.length; at += MOST_ADDITIONS) {
    changes.push({ kind: 'add-features', ...names, features: added.slice(at, at + MOST_ADDITIONS) });
  }
  if (existing.ttlMs !== group.ttlMs) changes.push({ kind: 'set-ttl', ...names, fromMs: existing.ttlMs, toMs: group.ttlMs });
  return changes.length === 0 ? [{ kind: 'unchanged', ...names }] : changes;
}

/**
 * A change of what a windowed group's state holds, while there is such state. Compatible are the bounds, the boundary,
 * descriptions, and features made of what is kept already; of the rest the state that is stored cannot be read any more.
 */
export function planWindows(
  group: Group,
  groupName: string,
  stored: string | undefined,
  wanted: string,
  rebuild: boolean,
): Change[] {
  if (stored === undefined || stored === wanted) return [];
  const names = { group: group.name, groupName };
  if (rebuild) return [{ kind: 'rebuild-windows', ...names }];
  const reason =
    `its windows would keep something else than the state that is stored: raise \`version\` to ${group.version + 1} for a group ` +
    'beside it that begins empty, or apply with --rebuild-windows and run `tidemark stream rebuild`, which makes the state from the events';
  return [{ kind: 'refused', ...names, reason }];
}

function otherStores(group: Group, existing: DescribedGroup): string | undefined {
  const wanted = storesOf(group);
  if (wanted.online === existing.online && wanted.offline === (existing.offline !== undefined)) return undefined;
  return 'which stores hold its records cannot be changed';
}

/** The service has no way from one format to the other, and the queries read each by its own layout. */
function otherFormat({ tableFormat = 'glue' }: Group, { offline }: DescribedGroup): string | undefined {
  if (offline === undefined || offline.tableFormat === tableFormat) return undefined;
  const has = offline.tableFormat;
  return `its history has the table format ${has} and cannot become ${tableFormat} (\`tableFormat: '${has}'\` keeps it)`;
}

function incompatibility(wanted: readonly DescribedFeature[], existing: readonly DescribedFeature[]): string | undefined {
  for (const feature of existing) {
    const now = wanted.find((one) => one.name === feature.name);
    if (now === undefined) return `feature ${feature.name} was removed, which the service cannot do`;
    if (now.type !== feature.type || now.collection !== feature.collection || now.dimension !== feature.dimension) {
      return `feature ${feature.name} was ${describe(feature)} and cannot become ${describe(now)}`;
    }
  }
  return undefined;
}

const describe = ({ type, collection, dimension }: DescribedFeature) =>
  collection === undefined ? type : `${collection} of ${dimension === undefined ? '' : `${dimension} `}${type}`;
