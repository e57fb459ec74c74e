import type { KeyShape } from './define-entity.ts';
import type { FeatureShape, Group, RecordInput } from './define-group.ts';
import type { KeyPartType } from './entity-key.ts';
import { TidemarkError } from './errors.ts';
import type { ValueOf } from './feature-type.ts';
import { assertLogicalName } from './names.ts';

declare const columnValue: unique symbol;

/** The type of one column of raw input, whatever the file's format. Absent and empty values are null. */
export interface Column<Value = unknown> {
  readonly type: 'text' | 'integer' | 'integer64' | 'number' | 'boolean' | 'instant' | 'list';
  readonly [columnValue]?: Value;
}
type ColumnValue<C> = C extends Column<infer Value> ? Value | null : never;

export const column = {
  text: (): Column<string> => ({ type: 'text' }),
  integer: (): Column<number> => ({ type: 'integer' }),
  number: (): Column<number> => ({ type: 'number' }),
  boolean: (): Column<boolean> => ({ type: 'boolean' }),
  /** A moment: ISO-8601 text, or a timestamp of Parquet, which becomes such text. */
  instant: (): Column<string> => ({ type: 'instant' }),
} as const;

export type ColumnShape = Readonly<Record<string, Column>>;

type KeyColumn<Type extends KeyPartType> = Type extends 'integral' ? number : string;
/** The columns a row has: the group's key and features under their own names, and those the source adds. */
export type SourceRow<G extends Group, Extra extends ColumnShape> =
  G extends Group<string, infer Key extends KeyShape, infer Features extends FeatureShape>
    ? { readonly [Part in Exclude<keyof Key, keyof Extra>]: KeyColumn<Key[Part]> | null } & {
        readonly [Name in Exclude<keyof Features, keyof Extra>]: ValueOf<Features[Name]> | null;
      } & { readonly [Name in keyof Extra]: ColumnValue<Extra[Name]> }
    : never;

/** How raw input becomes records of a group. */
export interface Source {
  readonly name: string;
  readonly group: Group;
  /** Objects of the raw bucket whose decoded key begins with it belong to this source. */
  readonly prefix: string;
  readonly path: 'api';
  /** Every column that a row may have. */
  readonly columns: ColumnShape;
  readonly map: (row: never) => Readonly<Record<string, unknown>>;
}

/**
 * Declares a file source. The group's own key parts and features are columns already; `columns` adds those that are
 * named otherwise in the file. `map` is pure and sees one typed row.
 * @throws DEFINITION_INVALID
 */
export function defineSource<G extends Group, const Extra extends ColumnShape = Record<never, never>>(source: {
  readonly name: string;
  readonly group: G;
  readonly prefix: string;
  readonly path?: 'api';
  readonly columns?: Extra;
  readonly map: (row: SourceRow<G, Extra>) => RecordInput<G>;
}): Source {
  assertLogicalName('source', source.name);
  if (source.prefix === '' || source.prefix.startsWith('/')) {
    throw new TidemarkError('DEFINITION_INVALID', `source ${source.name}: the prefix must not be empty or begin with /`);
  }
  return {
    name: source.name,
    group: source.group,
    prefix: source.prefix,
    path: source.path ?? 'api',
    columns: { ...groupColumns(source.group), ...source.columns },
    map: source.map as (row: never) => Readonly<Record<string, unknown>>,
  };
}

/** The columns that a file has when it names them as the group does. */
function groupColumns(group: Group): ColumnShape {
  const columns: Record<string, Column> = {};
  for (const [part, type] of Object.entries(group.entity.key)) columns[part] = { type: type === 'integral' ? 'integer' : 'text' };
  for (const [feature, type] of Object.entries(group.features)) {
    if (type.collection !== undefined) columns[feature] = { type: 'list' };
    else if (type.kind === 'Integral') columns[feature] = { type: type.int64 === true ? 'integer64' : 'integer' };
    else columns[feature] = { type: type.kind === 'Fractional' ? 'number' : 'text' };
  }
  return columns;
}
