import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TidemarkError } from '@tidemark/domain';

/** What the first run over a data directory settled, so that later runs find the same dates. */
interface DemoFile {
  /** Date to which 2001-01-01 is moved. */
  readonly anchor: string;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/**
 * The anchor of a data directory: kept from its first run; with `reset` everything in the directory is forgotten.
 * @throws REQUEST_MALFORMED when another anchor is asked for than the data have
 */
export function settleAnchor(dataDir: string, wanted: string | undefined, reset: boolean, latest: () => string): string {
  if (wanted !== undefined && !(DATE.test(wanted) && !Number.isNaN(Date.parse(wanted)))) {
    throw new TidemarkError('REQUEST_MALFORMED', '--anchor is a date such as 2001-01-01', { field: 'anchor' });
  }
  if (reset) rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, 'demo.json');
  if (existsSync(path)) {
    const { anchor } = JSON.parse(readFileSync(path, 'utf8')) as DemoFile;
    if (wanted !== undefined && wanted !== anchor) {
      throw new TidemarkError(
        'REQUEST_MALFORMED',
        `the data in ${dataDir} are anchored at ${anchor}: add --reset to move them, or name another --data`,
        { field: 'anchor' },
      );
    }
    return anchor;
  }
  const anchor = wanted ?? latest();
  writeFileSync(path, `${JSON.stringify({ anchor } satisfies DemoFile)}\n`);
  return anchor;
}
