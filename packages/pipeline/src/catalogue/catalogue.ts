/**
 * The catalogue: one versioned object in the ledger that says which physical feature group stands behind a logical
 * name, and where its history is. A v2 can stand beside a v1, and a pointer can move, without touching a definition.
 */
import { type Group, TidemarkError } from '@tidemark/domain';

export interface CatalogueEntry {
  /** Physical name of the feature group. */
  readonly groupName: string;
  readonly version: number;
  readonly recordFeatures: readonly { readonly name: string; readonly type: 'String' | 'Integral' | 'Fractional' }[];
  /** Of a windowed group: what its stored state was written by, see `stateFingerprint`. */
  readonly windows?: string;
  readonly offline: OfflineTable | undefined;
}

/** Where the history of a group is. Catalogues from before there was a choice name no format: Glue. */
export type OfflineTable = ServiceTable & (GlueFormat | { readonly tableFormat: 'iceberg' });

interface ServiceTable {
  readonly database: string;
  /** The table that the service made; it shows no partitions. */
  readonly table: string;
  /** `s3://…/data`, without a slash at the end. */
  readonly location: string;
}

interface GlueFormat {
  readonly tableFormat?: 'glue';
  readonly projectedDatabase: string;
  /** Our table over the same files, with partition projection on year, month, day and hour. */
  readonly projectedTable: string;
}

export interface Catalogue {
  /** Counts the changes. */
  readonly version: number;
  readonly stage: string;
  readonly groups: Readonly<Record<string, CatalogueEntry>>;
}

/** @throws GROUP_UNKNOWN */
export function resolveGroup(catalogue: Catalogue, group: Group): CatalogueEntry {
  const entry = catalogue.groups[group.name];
  if (entry === undefined) {
    throw new TidemarkError('GROUP_UNKNOWN', `group ${group.name} is not in the catalogue: run \`tidemark apply\``, {
      field: group.name,
    });
  }
  return entry;
}
