/** Statements over Trino's REST protocol: a POST, then `nextUri` until there is none. */
interface Answer {
  readonly columns?: readonly { readonly name: string; readonly type: string }[];
  readonly data?: readonly (readonly unknown[])[];
  readonly error?: { readonly message: string; readonly errorName: string };
  readonly nextUri?: string;
  readonly stats: { readonly processedRows: number };
}

/** `hive` has tables of plain Parquet files. */
export type Catalog = 'hive' | 'iceberg';

const HEADERS = {
  'X-Trino-User': 'conformance',
  'X-Trino-Time-Zone': 'UTC',
  // Without it every timestamp comes back cut to milliseconds.
  'X-Trino-Client-Capabilities': 'PARAMETRIC_DATETIME',
};

/** Rows by column name. Values are as JSON has them: bigints beyond 2^53 lose digits unless the statement casts them to varchar. */
export const runOnTrino = async (url: string, statement: string, catalog?: Catalog): Promise<Record<string, unknown>[]> =>
  (await measureOnTrino(url, statement, catalog)).rows;

/** The same, and how many rows of tables were read for it. */
export async function measureOnTrino(
  url: string,
  statement: string,
  catalog: Catalog = 'hive',
): Promise<{ rows: Record<string, unknown>[]; rowsRead: number }> {
  const rows: Record<string, unknown>[] = [];
  const headers = { ...HEADERS, 'X-Trino-Catalog': catalog };
  let response = await fetch(`${url}/v1/statement`, { method: 'POST', headers, body: statement });
  for (;;) {
    if (!response.ok) throw new Error(`Trino answered ${response.status}: ${await response.text()}`);
    const answer = (await response.json()) as Answer;
    if (answer.error !== undefined) throw new Error(`${answer.error.errorName}: ${answer.error.message}\n${statement}`);
    for (const row of answer.data ?? [])
      rows.push(Object.fromEntries((answer.columns ?? []).map((one, at) => [one.name, row[at]])));
    if (answer.nextUri === undefined) return { rows, rowsRead: answer.stats.processedRows };
    response = await fetch(answer.nextUri, { headers });
  }
}
