import { hash } from 'node:crypto';
import { eventGroupOf, type Group, TidemarkError } from '@tidemark/domain';
import { type Catalogue, resolveGroup } from '../catalogue/catalogue.ts';
import { historyTable } from '../catalogue/history-table.ts';
import { printJson, requireJson } from '../ledger/json-objects.ts';
import { ledgerKeys } from '../ledger/ledger-keys.ts';
import type { DatasetDependencies } from './dataset-dependencies.ts';
import { type DatasetState, datasetKeys, type PreparedLabels, type VerifiedDataset, workKeys } from './dataset-plan.ts';
import { type DatasetRequest, parseDatasetRequest } from './dataset-request.ts';
import { outputColumns } from './finish-range.ts';
import { splitJoins } from './view-joins.ts';
import { unitOf } from './view-plan.ts';

/** The history that a join, or the windows of one, were made from. */
export interface Lineage {
  readonly join: string;
  readonly group: string;
  readonly groupName: string;
  readonly table: string;
}

/** The evidence of a data set: what it was made of, how, and what was checked. Anyone can recompute it. */
export interface DatasetManifest {
  readonly id: string;
  readonly createdAt: string;
  readonly view: string;
  readonly request: DatasetRequest;
  readonly semantics: {
    readonly boundary: string;
    readonly knowledge: string;
    readonly unit: string;
    readonly maxAgeMs: Readonly<Record<string, number | null>>;
  };
  readonly rows: number;
  /** `s3://…/`, holding part-00000.parquet …, in the labels' order. */
  readonly location: string;
  readonly files: VerifiedDataset['files'];
  readonly columns: readonly { readonly name: string; readonly type: string; readonly from: string }[];
  /** SHA-256 over blocks of rows in the labels' order, see content-hash.ts: the same however many files there are. */
  readonly contentHash: string;
  readonly checks: {
    readonly rowsEqualLabels: true;
    readonly labelsInOrder: true;
    readonly futureValues: 0;
    readonly lastResortTies: number;
  };
  /** Feature → share of rows that have a value. */
  readonly coverage: Readonly<Record<string, number>>;
  /** Join → labels whose answer was a value, missing or expired. */
  readonly states: VerifiedDataset['states'];
  readonly labels: { readonly rows: number; readonly objects: PreparedLabels['objects'] };
  readonly lineage: readonly Lineage[];
  readonly query: { readonly id: string; readonly sha256: string; readonly statistics: Readonly<Record<string, unknown>> };
}

export async function publishDataset(deps: DatasetDependencies, state: DatasetState): Promise<DatasetManifest> {
  const verified = state.verified?.value;
  if (verified === undefined || state.prepared === undefined || state.query === undefined) {
    throw new TidemarkError('INTERNAL', `data set ${state.id} was not verified before it was to be published`);
  }
  const request = parseDatasetRequest(deps.definitions, state.request);
  const prepared = await requireJson<PreparedLabels>(deps.objects, deps.workBucket, workKeys.prepared(state.id));
  const catalogue = await deps.catalogue();
  const { joins, requestFeatures } = request.view;
  const { plain, windowed } = splitJoins(request.view);
  const from = new Map<string, string>();
  for (const join of joins)
    for (const [name, feature] of Object.entries(join.select)) from.set(name, `${join.group.name}.${feature}`);
  for (const name of Object.keys(requestFeatures)) from.set(name, 'request time');

  const manifest: DatasetManifest = {
    id: state.id,
    createdAt: state.startedAt,
    view: request.view.name,
    request: state.request,
    semantics: {
      boundary: request.boundary,
      knowledge: request.knowledge,
      unit: unitOf(joins),
      maxAgeMs: Object.fromEntries(plain.map(({ alias, join }) => [alias, join.maxAgeMs ?? null])),
    },
    rows: verified.rows,
    location: `s3://${deps.datasetBucket}/datasets/${state.id}/`,
    files: verified.files,
    columns: outputColumns(request.view, prepared.columns).map(({ name, type }) => ({
      name,
      type,
      from: from.get(name) ?? 'label',
    })),
    contentHash: verified.contentHash,
    checks: { rowsEqualLabels: true, labelsInOrder: true, futureValues: 0, lastResortTies: verified.ties },
    coverage: verified.coverage,
    states: verified.states,
    labels: { rows: prepared.rows, objects: prepared.objects },
    lineage: [
      ...plain.map(({ alias, join }) => lineageOf(catalogue, alias, join.group)),
      ...windowed.map(({ alias, group }) => lineageOf(catalogue, alias, eventGroupOf(group))),
    ],
    query: { id: state.query.id, sha256: hash('sha256', state.prepared.value.queryString), statistics: state.query.statistics },
  };
  const body = printJson(manifest);
  await deps.objects.put(deps.datasetBucket, datasetKeys.manifest(state.id), body);
  await deps.objects.putOnce(deps.ledger, ledgerKeys.manifest(state.startedAt.slice(0, 10), state.id), body);
  return manifest;
}

function lineageOf(catalogue: Catalogue, join: string, group: Group): Lineage {
  const { groupName, offline } = resolveGroup(catalogue, group);
  if (offline === undefined) throw new TidemarkError('INTERNAL', `group ${group.name} was joined and has no offline store`);
  const { database, name } = historyTable(offline, { bounded: true }).table;
  return { join, group: group.name, groupName, table: `${database}.${name}` };
}
