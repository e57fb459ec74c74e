/** What serving a view needs to know, worked out once per catalogue version instead of once per request. */
import { type FeatureType, type Join, type KeyPart, printEntityKey, type View } from '@tidemark/domain';
import { type Catalogue, resolveGroup } from '../catalogue/catalogue.ts';
import type { EntityRow } from './serve-request.ts';

export interface ServingJoin {
  readonly join: Join;
  readonly groupName: string;
  readonly entityKeyOf: (row: EntityRow) => string;
  readonly features: readonly { readonly name: string; readonly feature: string; readonly type: FeatureType }[];
}

export interface ServingPlan {
  readonly view: View;
  readonly joins: readonly ServingJoin[];
  /** Physical group → every feature of it that the view reads, and the event time. */
  readonly reads: ReadonlyMap<string, readonly string[]>;
  /** Whether an answer can hold 64-bit integers, which JSON.stringify has to be told about. */
  readonly int64: boolean;
}

export function planServing(view: View, catalogue: Catalogue, eventTimeFeature: string): ServingPlan {
  const reads = new Map<string, Set<string>>();
  const joins = view.joins.map((join): ServingJoin => {
    const { groupName } = resolveGroup(catalogue, join.group);
    const read = reads.get(groupName) ?? new Set([eventTimeFeature]);
    reads.set(groupName, read);
    for (const feature of Object.values(join.select)) read.add(feature);
    const keys = Object.keys(join.group.entity.key).map((part) => join.key[part] as string);
    return {
      join,
      groupName,
      entityKeyOf: (row) => printEntityKey(keys.map((key) => row[key] as KeyPart)),
      features: Object.entries(join.select).map(([name, feature]) => ({ name, feature, type: join.group.features[feature] as FeatureType })),
    };
  });
  const types = [...joins.flatMap((one) => one.features.map(({ type }) => type)), ...Object.values(view.requestFeatures).map(({ type }) => type)];
  return {
    view,
    joins,
    reads: new Map([...reads].map(([group, features]) => [group, [...features]])),
    int64: types.some((type) => type.int64 === true),
  };
}
