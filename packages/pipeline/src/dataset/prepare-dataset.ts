/**
 * First step of a data set: check the request, rewrite the labels, compile the query, estimate the scan. All of it
 * before a query is paid for. A further attempt finds the labels rewritten and only gets a new prefix for the query.
 */
import { TidemarkError } from '@tidemark/domain';
import { planPointInTime, printUnload } from '@tidemark/sql';
import { loadJson, printJson } from '../ledger/json-objects.ts';
import type { TableColumn } from '../ports/tables.ts';
import type { DatasetDependencies } from './dataset-dependencies.ts';
import { type DatasetState, labelTableOf, type PreparedDataset, type PreparedLabels, workKeys } from './dataset-plan.ts';
import { type ParsedDatasetRequest, parseDatasetRequest } from './dataset-request.ts';
import { estimateScanBytes } from './estimate-scan.ts';
import { rewriteLabels } from './rewrite-labels.ts';
import { viewPlan } from './view-plan.ts';

export async function prepareDataset(deps: DatasetDependencies, state: DatasetState): Promise<PreparedDataset> {
  const request = parseDatasetRequest(deps.definitions, state.request);
  const catalogue = await deps.catalogue();
  const labels = await preparedLabels(deps, state, request);
  const table = { database: deps.database, name: labelTableOf(state.id) };
  await deps.tables.ensureDatabase(deps.database);
  await deps.tables.put({
    ...table,
    location: `s3://${deps.workBucket}/${workKeys.labels(state.id)}`,
    columns: labelTableColumns(labels),
    partitionKeys: [],
    parameters: {},
  });
  const bounds = { table, earliest: BigInt(labels.earliest), latest: BigInt(labels.latest) };
  const plan = viewPlan(request, catalogue, bounds, labels.rangeRows);
  const queryString = printUnload(planPointInTime(plan), {
    location: `s3://${deps.workBucket}/${workKeys.joined(state.id, state.attempt)}`,
    partitionedBy: ['label_range'],
    compression: 'SNAPPY',
  });
  const estimatedScanBytes = await estimateScanBytes(deps.objects, plan, catalogue);
  if (estimatedScanBytes > request.scanLimitBytes) {
    throw new TidemarkError(
      'PIT_SCAN_TOO_LARGE',
      `the history to scan is about ${estimatedScanBytes} bytes, the limit is ${request.scanLimitBytes}: choose fewer labels or raise scanLimitBytes`,
      { field: 'scanLimitBytes' },
    );
  }
  const rangeListKey = `dataset-work/${state.id}/ranges.json`;
  await deps.objects.put(deps.ledger, rangeListKey, JSON.stringify(labels.ranges.map(({ index }) => ({ index }))));
  return {
    ledger: deps.ledger,
    queryString,
    resultLocation: `s3://${deps.workBucket}/${workKeys.results(state.id)}`,
    rangeListKey,
    rows: labels.rows,
    estimatedScanBytes,
  };
}

async function preparedLabels(
  deps: DatasetDependencies,
  { id, request: asWritten }: DatasetState,
  request: ParsedDatasetRequest,
): Promise<PreparedLabels> {
  const key = workKeys.prepared(id);
  const existing = await loadJson<PreparedLabels>(deps.objects, deps.workBucket, key);
  if (existing !== undefined) return existing;
  const labels: PreparedLabels = { request: asWritten, ...(await rewriteLabels(deps, id, request)) };
  await deps.objects.put(deps.workBucket, key, printJson(labels));
  return labels;
}

const labelTableColumns = (labels: PreparedLabels): TableColumn[] => [
  { name: 'label_row', type: 'bigint' },
  { name: 'label_time', type: 'bigint' },
  ...labels.keyColumns.map((_, at) => ({ name: `key_${at}`, type: 'string' })),
];
