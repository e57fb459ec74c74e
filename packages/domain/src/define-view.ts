import type { KeyShape, KeyValues } from './define-entity.ts';
import type { FeatureShape, Group } from './define-group.ts';
import { type Duration, parseDurationMs } from './duration.ts';
import type { KeyPartType } from './entity-key.ts';
import { TidemarkError } from './errors.ts';
import type { FeatureType, ValueOf } from './feature-type.ts';
import { assertFeatureName, assertLogicalName } from './names.ts';

type Selection<Features extends FeatureShape> = Readonly<Record<string, keyof Features & string>>;

/** One group of a view: which request keys are its entity key, and which of its features go under which name. */
export interface Join<
  Keys extends string = string,
  Selected extends Readonly<Record<string, unknown>> = Readonly<Record<string, unknown>>,
> {
  readonly group: Group;
  /** Part of the group's entity key → key of the view. */
  readonly key: Readonly<Record<string, string>>;
  /** Name in the view → feature of the group. */
  readonly select: Readonly<Record<string, string>>;
  /** A value whose event time lies this long or longer before the request is expired. Default: the group's TTL. */
  readonly maxAgeMs: number | undefined;
  readonly keys?: Keys;
  readonly values?: Selected;
}

type SelectedValues<Features extends FeatureShape, Select extends Selection<Features>> = {
  readonly [Name in keyof Select]: ValueOf<Features[Select[Name]]> | null;
};

/** Joins a group into a view: `join(airportHours, { key: { airport: 'origin' }, select: { origin_delay: 'mean_delay' } })`. */
export function join<
  Key extends KeyShape,
  Features extends FeatureShape,
  const KeyMap extends { readonly [Part in keyof Key]: string },
  const Select extends Selection<Features>,
>(
  group: Group<string, Key, Features>,
  options: { readonly key: KeyMap; readonly select: Select; readonly maxAge?: Duration },
): Join<KeyMap[keyof KeyMap & keyof Key] & string, SelectedValues<Features, Select>> {
  return {
    group: group as Group,
    key: options.key as Readonly<Record<string, string>>,
    select: options.select,
    maxAgeMs: options.maxAge === undefined ? group.ttlMs : parseDurationMs(options.maxAge),
  };
}

type Union<T> = (T extends unknown ? (value: T) => void : never) extends (value: infer Merged) => void ? Merged : never;
type JoinedValues<Joins extends readonly Join[]> = Union<
  { [At in keyof Joins]: Joins[At] extends Join<string, infer Selected> ? Selected : never }[number]
>;

/** What a request-time function sees. `time` is the answer's `asOf` when serving, the label's time in a data set. */
export interface RequestContext<Keys extends KeyShape, Values> {
  /** Milliseconds since 1970, UTC. */
  readonly timeMs: number;
  readonly entity: KeyValues<Keys>;
  /** Missing, expired and failed values are null. */
  readonly features: Values;
}

export interface RequestFeature<Keys extends KeyShape = KeyShape, Values = unknown, Value = unknown> {
  readonly type: FeatureType<Value>;
  /** Pure: the same function runs when serving and in data sets. */
  readonly compute: (context: RequestContext<Keys, Values>) => Value | null;
}

export interface View<Keys extends KeyShape = KeyShape, Values = Readonly<Record<string, unknown>>> {
  readonly name: string;
  /** The keys of a request row, and of the labels of a data set. */
  readonly keys: Keys;
  readonly joins: readonly Join[];
  readonly requestFeatures: Readonly<Record<string, RequestFeature<never, never, unknown>>>;
  /** For how long a record that was read may be served again from memory; 0 always reads. At most 60 s. */
  readonly maxStalenessMs: number;
  readonly description: string | undefined;
  /** The type of a row's values, for typed clients. Holds nothing at run time. */
  readonly values?: Values;
}

const MOST_STALENESS_MS = 60_000;

/** @throws DEFINITION_INVALID naming the view and what is wrong in it. */
export function defineView<
  const Keys extends Readonly<Record<string, KeyPartType>>,
  const Joins extends readonly Join<keyof Keys & string, Readonly<Record<string, unknown>>>[],
  Request extends FeatureShape = Record<never, never>,
>(view: {
  readonly name: string;
  readonly keys: Keys;
  readonly joins: Joins;
  readonly requestFeatures?: {
    readonly [Name in keyof Request]: RequestFeature<Keys, JoinedValues<Joins>, ValueOf<Request[Name]>> & {
      readonly type: Request[Name];
    };
  };
  readonly maxStaleness?: Duration;
  readonly description?: string;
}): View<Keys, JoinedValues<Joins> & { readonly [Name in keyof Request]: ValueOf<Request[Name]> | null }> {
  assertLogicalName('view', view.name);
  const maxStalenessMs = view.maxStaleness === undefined ? 0 : parseDurationMs(view.maxStaleness);
  if (maxStalenessMs > MOST_STALENESS_MS) {
    throw new TidemarkError('DEFINITION_INVALID', `view ${view.name}: maxStaleness is at most 60s`);
  }
  const requestFeatures = (view.requestFeatures ?? {}) as Readonly<Record<string, RequestFeature<never, never, unknown>>>;
  assertNames(view.name, [
    ...Object.keys(view.keys),
    ...view.joins.flatMap((one) => Object.keys(one.select)),
    ...Object.keys(requestFeatures),
  ]);
  for (const one of view.joins) assertKeys(view.name, view.keys, one);
  return { name: view.name, keys: view.keys, joins: view.joins, requestFeatures, maxStalenessMs, description: view.description };
}

function assertNames(view: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    assertFeatureName(`view ${view}`, name);
    if (seen.has(name)) throw new TidemarkError('DEFINITION_INVALID', `view ${view}: "${name}" occurs twice`, { field: name });
    seen.add(name);
  }
}

function assertKeys(view: string, keys: KeyShape, one: Join): void {
  for (const [part, type] of Object.entries(one.group.entity.key)) {
    const key = one.key[part];
    if (key === undefined || keys[key] !== type) {
      throw new TidemarkError(
        'DEFINITION_INVALID',
        `view ${view}: "${part}" of group ${one.group.name} needs a ${type} key of the view`,
        { field: part },
      );
    }
  }
  for (const feature of Object.values(one.select)) {
    if (!(feature in one.group.features)) {
      throw new TidemarkError('DEFINITION_INVALID', `view ${view}: group ${one.group.name} has no feature "${feature}"`, {
        field: feature,
      });
    }
  }
}
