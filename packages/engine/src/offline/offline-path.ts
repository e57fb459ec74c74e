/**
 * Where a file of the offline store lies: partitioned by the EVENT time's hour in UTC, named by its latest event time
 * and 16 characters that the service draws and the engine derives from the rows' places in the replication log, so that
 * a flush done again after a crash gives the same key.
 */
import { createHash } from 'node:crypto';

const HOUR_S = 3600;

export const hourOf = (eventSeconds: number): number => Math.floor(eventSeconds / HOUR_S);

export function offlineKey(hour: number, latestEventSeconds: number, identity: string): string {
  const iso = isoText(hour * HOUR_S);
  const partition = `year=${iso.slice(0, 4)}/month=${iso.slice(5, 7)}/day=${iso.slice(8, 10)}/hour=${iso.slice(11, 13)}`;
  return `${partition}/${isoText(latestEventSeconds).replaceAll(/[-:]/g, '')}_${sixteenAlphanumerics(`${identity}/${hour}`)}.parquet`;
}

const isoText = (seconds: number) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function sixteenAlphanumerics(identity: string): string {
  const digest = createHash('sha256').update(identity).digest();
  return Array.from(digest.subarray(0, 16), (byte) => alphabet[byte % alphabet.length]).join('');
}
