import type { Group } from './define-group.ts';

/**
 * How the history of a group lies in S3, fixed when the group is made. `glue`: Parquet files by the hour of the event time, which
 * the service never touches again. `iceberg`: a table of Apache Iceberg, from which rows can be deleted and files compacted.
 */
export type TableFormat = 'glue' | 'iceberg';

/** The group as a stage has it: production can delete, unless its definition says otherwise; the other stages stay cheap. */
export const withTableFormat = (group: Group, stage: string): Group => ({
  ...group,
  tableFormat: group.tableFormat ?? (stage === 'production' ? 'iceberg' : 'glue'),
});
