/** How the bytes of an object are to be read. `gzip` never goes with Parquet, which compresses its own pages. */
export interface FileFormat {
  readonly format: 'csv' | 'jsonl' | 'parquet';
  readonly gzip: boolean;
}

const ENDING = /\.(?:(csv|jsonl|ndjson|json)(\.gz)?|(parquet))$/i;

/** Decoded object key → format, by the ending of its name in any case. `.json` is JSON lines too. Undefined: no format of ours. */
export function formatOf(objectKey: string): FileFormat | undefined {
  const match = ENDING.exec(objectKey);
  if (match === null) return undefined;
  if (match[3] !== undefined) return { format: 'parquet', gzip: false };
  return { format: match[1]?.toLowerCase() === 'csv' ? 'csv' : 'jsonl', gzip: match[2] !== undefined };
}
