/** Definitions against what exists → the changes that make them agree. Pure: a plan can be shown before it is done. */
import { ENTITY_KEY_FEATURE, EVENT_TIME_FEATURE, type FeatureType, type Group } from '@tidemark/domain';
import type { DescribedFeature, DescribedGroup } from '../ports/feature-groups.ts';

export type Change =
  | {
      readonly kind: 'create';
      readonly group: string;
      readonly groupName: string;
      readonly features: readonly DescribedFeature[];
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
  | { readonly kind: 'refused'; readonly group: string; readonly groupName: string; readonly reason: string }
  | { readonly kind: 'unchanged'; readonly group: string; readonly groupName: string };

const MOST_ADDITIONS = 100;

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

/** Features are only ever added: what was removed or retyped is refused with the way out. */
export function planGroup(group: Group, groupName: string, existing: DescribedGroup | undefined): Change[] {
  const wanted = recordFeatures(group);
  const names = { group: group.name, groupName };
  if (existing === undefined) return [{ kind: 'create', ...names, features: wanted }];
  const refused = incompatibility(wanted, existing.features);
  if (refused !== undefined) {
    return [
      {
        kind: 'refused',
        ...names,
        reason: `${refused}; raise \`version\` of ${group.name} to ${group.version + 1}: the new group stands beside the old one`,
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
