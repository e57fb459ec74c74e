/** A view, prepared for serving: which groups are read, for which features, and how a row becomes an entity key. */
import {
  type FeatureType,
  isWindowed,
  type Join,
  type KeyPart,
  printEntityKey,
  type View,
  WINDOW_STATE_FEATURE,
  type WindowedGroup,
} from '@tidemark/domain';
import { type Catalogue, resolveGroup } from '../catalogue/catalogue.ts';
import { hashParts } from '../ledger/ledger-keys.ts';
import type { EntityRow } from './serve-request.ts';

export interface ServingJoin {
  /** Its place in the view. */
  readonly ordinal: number;
  readonly join: Join;
  /** Where its features are windows, which are evaluated at the time of the answer. */
  readonly windowed: WindowedGroup | undefined;
  /** Its group's place in `ServingPlan.groups`. */
  readonly group: number;
  readonly entityKeyOf: (row: EntityRow) => string;
  readonly features: readonly { readonly name: string; readonly feature: string; readonly type: FeatureType }[];
}

export interface ServingGroup {
  /** Physical name. */
  readonly groupName: string;
  /** Every feature of it that the view reads, and the event time; of a windowed group its state. */
  readonly reads: readonly string[];
  readonly windowed: WindowedGroup | undefined;
  readonly types: ReadonlyMap<string, FeatureType>;
}

export interface ServingPlan {
  readonly view: View;
  readonly joins: readonly ServingJoin[];
  readonly groups: readonly ServingGroup[];
  /** Hash of all names of the view. */
  readonly featureSet: string;
}

export function planServing(view: View, catalogue: Catalogue, eventTimeFeature: string): ServingPlan {
  const groups: { groupName: string; types: Map<string, FeatureType>; windowed: WindowedGroup | undefined }[] = [];
  const joins = view.joins.map((join, ordinal): ServingJoin => {
    const { groupName } = resolveGroup(catalogue, join.group);
    let group = groups.findIndex((one) => one.groupName === groupName);
    const windowed = isWindowed(join.group) ? join.group : undefined;
    if (group < 0) group = groups.push({ groupName, types: new Map(), windowed }) - 1;
    const keys = Object.keys(join.group.entity.key).map((part) => join.key[part] as string);
    const features = Object.entries(join.select).map(([name, feature]) => ({
      name,
      feature,
      type: join.group.features[feature] as FeatureType,
    }));
    if (windowed === undefined) for (const { feature, type } of features) groups[group]?.types.set(feature, type);
    const entityKeyOf = (row: EntityRow) => printEntityKey(keys.map((key) => row[key] as KeyPart));
    return { ordinal, join, windowed, group, entityKeyOf, features };
  });
  return {
    view,
    joins,
    groups: groups.map((group) => ({
      ...group,
      reads: [eventTimeFeature, ...(group.windowed === undefined ? group.types.keys() : [WINDOW_STATE_FEATURE])],
    })),
    featureSet: featureSetOf([
      ...joins.flatMap((one) => one.features.map(({ name }) => name)),
      ...Object.keys(view.requestFeatures),
    ]),
  };
}

export const featureSetOf = (names: readonly string[]): string => hashParts(...names.toSorted()).slice(0, 16);
