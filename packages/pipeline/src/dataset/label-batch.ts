/** Labels by column, as they are read and as they are cut into ranges. */
export interface LabelBatch {
  readonly rows: number;
  /** Column → one cell a row; undefined and null where there is none. */
  readonly columns: ReadonlyMap<string, readonly unknown[]>;
}

/** Rows as objects → columns. A row may lack what another has. */
export function batchOf(rows: readonly Readonly<Record<string, unknown>>[]): LabelBatch {
  const columns = new Map<string, unknown[]>();
  for (const [at, row] of rows.entries()) {
    for (const name in row) {
      let cells = columns.get(name);
      if (cells === undefined) {
        cells = new Array(rows.length).fill(undefined);
        columns.set(name, cells);
      }
      cells[at] = row[name];
    }
  }
  return { rows: rows.length, columns };
}

/** Two batches as one; a column that only one of them has is empty in the rows of the other. */
export function joinBatches(one: LabelBatch, other: LabelBatch): LabelBatch {
  if (one.rows === 0) return other;
  const names = new Set([...one.columns.keys(), ...other.columns.keys()]);
  const cellsOf = (batch: LabelBatch, name: string) => batch.columns.get(name) ?? new Array<unknown>(batch.rows).fill(undefined);
  return {
    rows: one.rows + other.rows,
    columns: new Map([...names].map((name) => [name, cellsOf(one, name).concat(cellsOf(other, name))])),
  };
}

export const sliceBatch = ({ rows, columns }: LabelBatch, start: number, end = rows): LabelBatch => ({
  rows: Math.min(end, rows) - start,
  columns: new Map(Array.from(columns, ([name, cells]) => [name, cells.slice(start, end)])),
});

export const NO_LABELS: LabelBatch = { rows: 0, columns: new Map() };
