/** A view → the point-in-time plan over the catalogue's tables. Pure. */
import { eventGroupOf, type Group, type Join, NS_PER, type Precision, TidemarkError } from '@tidemark/domain';
import type { PlanJoin, PlanWindows, PointInTimePlan, TableName } from '@tidemark/sql';
import { type Catalogue, type OfflineTable, resolveGroup } from '../catalogue/catalogue.ts';
import { historyTable } from '../catalogue/history-table.ts';
import type { ParsedDatasetRequest } from './dataset-request.ts';
import { splitJoins, windowReachMs } from './view-joins.ts';

const SQL_TYPE = { String: 'varchar', Integral: 'bigint', Fractional: 'double' } as const;
const FINER: readonly Precision[] = ['s', 'ms', 'us', 'ns'];

/** Label times may be as fine as microseconds; a finer group makes the whole plan finer. */
export const LABEL_PRECISION: Precision = 'us';

/** The unit in which a view's event times and its label times are compared: the finest that occurs. */
export const unitOf = (joins: readonly Join[]): Precision =>
  joins
    .map((join) => join.group.precision)
    .reduce((finest, one) => (FINER.indexOf(one) > FINER.indexOf(finest) ? one : finest), LABEL_PRECISION);

/** The label columns that make up the entity key of a join, in the order of the key. */
export const keyColumnsOf = (join: Join, keys: ParsedDatasetRequest['keys']): readonly string[] =>
  Object.keys(join.group.entity.key).map((part) => keys[join.key[part] as string] as string);

/** The distinct entity keys of a view's joins: at `i` stands what `key_i` of the rewritten labels is made of. */
export function distinctKeys(request: ParsedDatasetRequest): readonly { columns: readonly string[]; types: readonly string[] }[] {
  const distinct = new Map<string, { columns: readonly string[]; types: readonly string[] }>();
  for (const join of request.view.joins) {
    const columns = keyColumnsOf(join, request.keys);
    distinct.set(JSON.stringify(columns), { columns, types: Object.values(join.group.entity.key) });
  }
  return [...distinct.values()];
}

export function viewPlan(
  request: ParsedDatasetRequest,
  catalogue: Catalogue,
  labels: { readonly table: TableName; readonly earliest: bigint; readonly latest: bigint },
  rangeRows: number,
): PointInTimePlan {
  const unit = unitOf(request.view.joins);
  const distinct = distinctKeys(request).map(({ columns }) => JSON.stringify(columns));
  const { plain, windowed } = splitJoins(request.view);
  const keyColumn = (join: Join) => `key_${distinct.indexOf(JSON.stringify(keyColumnsOf(join, request.keys)))}`;
  const joins = plain.map(
    ({ alias, join }): PlanJoin => ({
      alias,
      keyColumn: keyColumn(join),
      ...historyTable(offlineTable(catalogue, join.group), { bounded: join.maxAgeMs !== undefined }),
      maxAge: join.maxAgeMs === undefined ? undefined : (BigInt(join.maxAgeMs) * NS_PER.ms) / NS_PER[unit],
      wholeSecondArrival: request.knowledge === 'arrival-time',
      columns: Object.entries(join.select).map(([output, feature]) => {
        const type = join.group.features[feature];
        if (type === undefined || type.collection !== undefined) {
          throw new TidemarkError('PIT_OPTION_INVALID', `feature ${feature} of group ${join.group.name} has no offline column`, {
            field: feature,
          });
        }
        return { output, feature, type: SQL_TYPE[type.kind] };
      }),
    }),
  );
  const windows = windowed.map(
    ({ alias, join, group }): PlanWindows => ({
      alias,
      keyColumn: keyColumn(join),
      ...historyTable(offlineTable(catalogue, eventGroupOf(group)), {
        bounded: windowReachMs(Object.values(join.select), group.windowed) !== undefined,
      }),
      windowed: group.windowed,
      columns: Object.entries(join.select).map(([output, feature]) => ({ output, feature })),
    }),
  );
  const { boundary, knowledge } = request;
  return { unit, boundary, knowledge, labels, joins, windows, rangeSize: BigInt(rangeRows) };
}

/** @throws PIT_OPTION_INVALID for a group without history */
function offlineTable(catalogue: Catalogue, group: Group): OfflineTable {
  const { offline } = resolveGroup(catalogue, group);
  if (offline !== undefined) return offline;
  throw new TidemarkError('PIT_OPTION_INVALID', `group ${group.name} has no offline store: a data set cannot be built from it`, {
    field: group.name,
  });
}
