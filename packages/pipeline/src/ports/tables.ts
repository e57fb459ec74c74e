export interface TableColumn {
  readonly name: string;
  /** Hive type: string, bigint, double, boolean, timestamp. */
  readonly type: string;
}

export interface ExternalTable {
  readonly database: string;
  readonly name: string;
  /** `s3://bucket/prefix`. */
  readonly location: string;
  readonly columns: readonly TableColumn[];
  readonly partitionKeys: readonly TableColumn[];
  readonly parameters: Readonly<Record<string, string>>;
}

/** The Glue catalogue: external tables over Parquet. */
export interface Tables {
  ensureDatabase(name: string): Promise<void>;
  /** Creates the table or makes it what it should be. */
  put(table: ExternalTable): Promise<void>;
  drop(database: string, name: string): Promise<void>;
}
