import type { KeyPartType } from './entity-key.ts';
import { assertFeatureName, assertLogicalName } from './names.ts';

export type KeyShape = Readonly<Record<string, KeyPartType>>;
export type KeyPartValue<Type extends KeyPartType> = Type extends 'integral' ? number : string;
export type KeyValues<Key extends KeyShape> = { readonly [Part in keyof Key]: KeyPartValue<Key[Part]> };

export interface Entity<Key extends KeyShape = KeyShape> {
  readonly name: string;
  /** The parts in their order, which is the order in the entity key. */
  readonly key: Key;
  /** Keys of a sensitive entity may not stand in a URL: GET refuses views over it. */
  readonly sensitive: boolean;
}

/** @throws DEFINITION_INVALID for a bad name or an empty key. */
export function defineEntity<const Key extends KeyShape>(entity: {
  readonly name: string;
  readonly key: Key;
  readonly sensitive?: boolean;
}): Entity<Key> {
  assertLogicalName('entity', entity.name);
  for (const part of Object.keys(entity.key)) assertFeatureName(`entity ${entity.name}`, part);
  return { sensitive: false, ...entity };
}
