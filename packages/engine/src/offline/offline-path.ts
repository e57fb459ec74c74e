/**
 * Where a file of the offline store lies: partitioned by the EVENT time in UTC, its hour in Glue format and its day in Iceberg's,
 * named by its latest event time and 16 characters. Those, and the folder of 8 characters in front of an Iceberg partition,
 * the service draws; the engine derives them from the rows' places in the replication log, so that a flush done again after
 * a crash gives the same key.
 */
import { createHash } from 'node:crypto';

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

export interface OfflineLayout {
  readonly format: 'glue' | 'iceberg';
  /** The feature that names Iceberg's partitions. */
  readonly eventTimeName: string;
}

/** The first second of the partition that an event time lies in. */
export const partitionOf = ({ format }: OfflineLayout, eventSeconds: number): number => {
  const length = format === 'iceberg' ? DAY_S : HOUR_S;
  return Math.floor(eventSeconds / length) * length;
};

export function offlineKey(layout: OfflineLayout, partition: number, latestEventSeconds: number, identity: string): string {
  const drawn = `${identity}/${layout.format === 'iceberg' ? partition / DAY_S : partition / HOUR_S}`;
  const name = `${isoText(latestEventSeconds).replaceAll(/[-:]/g, '')}_${alphanumerics(drawn, 16)}.parquet`;
  const iso = isoText(partition);
  if (layout.format === 'iceberg')
    return `${alphanumerics(`folder/${drawn}`, 8)}/${layout.eventTimeName}_trunc=${iso.slice(0, 10)}/${name}`;
  return `year=${iso.slice(0, 4)}/month=${iso.slice(5, 7)}/day=${iso.slice(8, 10)}/hour=${iso.slice(11, 13)}/${name}`;
}

const isoText = (seconds: number) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function alphanumerics(identity: string, length: number): string {
  const digest = createHash('sha256').update(identity).digest();
  return Array.from(digest.subarray(0, length), (byte) => alphabet[byte % alphabet.length]).join('');
}
