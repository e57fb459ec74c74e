import { TidemarkError } from '@tidemark/domain';
import { loadJson } from '../ledger/json-objects.ts';
import { ledgerKeys } from '../ledger/ledger-keys.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Catalogue } from './catalogue.ts';

const REFRESH_MS = 60_000;

/** Reads the catalogue once and again after at most 60 s; requests in between share one answer. */
export function createCatalogueReader(objects: ObjectStore, ledgerBucket: string, nowMs: () => number): () => Promise<Catalogue> {
  let readAtMs = Number.NEGATIVE_INFINITY;
  let current: Promise<Catalogue> | undefined;
  return () => {
    if (current === undefined || nowMs() - readAtMs >= REFRESH_MS) {
      readAtMs = nowMs();
      current = read(objects, ledgerBucket);
      // A failure must not be remembered as the answer.
      current.catch(() => {
        current = undefined;
      });
    }
    return current;
  };
}

async function read(objects: ObjectStore, ledgerBucket: string): Promise<Catalogue> {
  const catalogue = await loadJson<Catalogue>(objects, ledgerBucket, ledgerKeys.catalogue());
  if (catalogue === undefined) throw new TidemarkError('CATALOGUE_MISSING', 'nothing has been applied yet: run `tidemark apply`');
  return catalogue;
}
