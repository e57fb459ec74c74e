import { TidemarkError } from '@tidemark/domain';
import type { FeatureReader, OnlineRecord, ReadRequest } from '../ports/feature-store.ts';
import { jitterMs, type Waiting } from '../ports/waiting.ts';

const MOST_ATTEMPTS = 12;
const BASE_WAIT_MS = 40;
const MOST_WAIT_MS = 2_000;

/** One call's records by entity key; what comes back unprocessed or refused is asked for again. @throws DEPENDENCY_FAILED in the end */
export async function readOnline(
  deps: { readonly reader: FeatureReader; readonly waiting: Waiting },
  request: ReadRequest,
): Promise<Map<string, OnlineRecord>> {
  const found = new Map<string, OnlineRecord>();
  let open: readonly ReadRequest[] = [request];
  let lastCode = 'unprocessed';
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    if (attempt > 0) await deps.waiting.sleep(jitterMs(attempt, BASE_WAIT_MS, MOST_WAIT_MS, deps.waiting.random));
    const { records, unprocessed, refused } = await deps.reader.read(open);
    for (const record of records) found.set(record.entityKey, record);
    lastCode = refused[0]?.code ?? lastCode;
    const again = refused.length === 0 ? [] : [{ ...request, entityKeys: refused.map(({ entityKey }) => entityKey) }];
    open = [...unprocessed, ...again];
    if (open.length === 0) return found;
  }
  throw new TidemarkError(
    'DEPENDENCY_FAILED',
    `records of ${request.groupName} could not be read after ${MOST_ATTEMPTS} attempts (${lastCode}): the part is tried again`,
  );
}
