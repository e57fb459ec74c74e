import type { Source } from '@tidemark/domain';
import { hashParts } from '../ledger/ledger-keys.ts';

/**
 * A hash of all that decides what a row becomes: columns, features, precision and the mapping's text. Content that was
 * sealed under another hash is not "unchanged".
 */
export function definitionHash(source: Source): string {
  const { group } = source;
  return hashParts(
    JSON.stringify(source.columns),
    JSON.stringify([group.name, group.version, group.entity.key, group.precision, group.features]),
    source.map.toString(),
  );
}
