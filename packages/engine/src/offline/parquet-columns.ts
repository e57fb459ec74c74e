/** Replication rows to the columns of one Parquet file: features by type, then write_time, api_invocation_time, is_deleted. */
import type { FeatureDefinition } from '@aws-sdk/client-sagemaker';
import { parquetWriteBuffer } from 'hyparquet-writer';

/** `[api invocation ms, is deleted 0|1, value per definition…]`; values of later additions are missing at the end. */
export type ReplicationRow = [invocationMs: number, isDeleted: 0 | 1, ...values: (string | null | undefined)[]];

const parquetTypes = { String: 'STRING', Integral: 'INT64', Fractional: 'DOUBLE' } as const;
const converters: Readonly<Record<keyof typeof parquetTypes, (text: string) => unknown>> = {
  String: (text) => text,
  Integral: (text) => BigInt(text),
  Fractional: (text) => Number(text),
};
const LEADING = 2;

export function printParquet(
  definitions: readonly FeatureDefinition[],
  rows: readonly ReplicationRow[],
  writeMs: number,
): Uint8Array {
  const writeTime = new Date(writeMs);
  const features = definitions.map(({ FeatureName, FeatureType }, index) => {
    const type = FeatureType as keyof typeof parquetTypes;
    const convert = converters[type];
    const data = rows.map((row) => {
      const text = row[LEADING + index] as string | null | undefined;
      return text === null || text === undefined ? null : convert(text);
    });
    return { name: FeatureName as string, type: parquetTypes[type], data, nullable: true };
  });
  const buffer = parquetWriteBuffer({
    columnData: [
      ...features,
      { name: 'write_time', type: 'TIMESTAMP', data: rows.map(() => writeTime), nullable: true },
      { name: 'api_invocation_time', type: 'TIMESTAMP', data: rows.map((row) => new Date(row[0])), nullable: true },
      { name: 'is_deleted', type: 'BOOLEAN', data: rows.map((row) => row[1] === 1), nullable: true },
    ],
  });
  return new Uint8Array(buffer);
}
