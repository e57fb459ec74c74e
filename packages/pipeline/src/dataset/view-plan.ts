/** A view → the point-in-time plan over the catalogue's tables. Pure. */
import { type Join, NS_PER, type Precision, TidemarkError } from '@tidemark/domain';
import type { PlanJoin, PointInTimePlan, TableName } from '@tidemark/sql';
import { type Catalogue, type OfflineTable, resolveGroup } from '../catalogue/catalogue.ts';
import type { ParsedDatasetRequest } from './dataset-request.ts';

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
  const joins = request.view.joins.map((join, at): PlanJoin => {
    const { offline } = resolveGroup(catalogue, join.group);
    if (offline === undefined) {
      throw new TidemarkError(
        'PIT_OPTION_INVALID',
        `group ${join.group.name} has no offline store: a data set cannot be built from it`,
        {
          field: join.group.name,
        },
      );
    }
    return {
      alias: `j${at}`,
      keyColumn: `key_${distinct.indexOf(JSON.stringify(keyColumnsOf(join, request.keys)))}`,
      ...historyTable(offline, join.maxAgeMs !== undefined),
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
    };
  });
  return { unit, boundary: request.boundary, knowledge: request.knowledge, labels, joins, rangeSize: BigInt(rangeRows) };
}

/**
 * Bounded below by a greatest age, a query names the few hours it reads, and the projected table finds them without a
 * listing. Unbounded it would have to try every hour since the first year: there the service's own table is cheaper, which
 * lists the files that exist.
 */
function historyTable(offline: OfflineTable, bounded: boolean): Pick<PlanJoin, 'table' | 'partitioned'> {
  return bounded
    ? { table: { database: offline.projectedDatabase, name: offline.projectedTable }, partitioned: true }
    : { table: { database: offline.database, name: offline.table }, partitioned: false };
}
