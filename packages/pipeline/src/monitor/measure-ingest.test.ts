import { column, defineEntity, defineFeatureStore, defineGroup, defineSource, integral } from '@tidemark/domain';
import { expect, test } from 'vitest';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Receipt } from '../ingest/ingest-plan.ts';
import { dateOf, ingestIdOf, ledgerKeys } from '../ledger/ledger-keys.ts';
import { createMemoryObjectStore } from '../memory-object-store.fixture.ts';
import { ingestMetrics, measureIngest } from './measure-ingest.ts';

const UPLOADED_MS = Date.UTC(2026, 0, 31, 9);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const airports = defineGroup({
  name: 'airports',
  entity: defineEntity({ name: 'airport', key: { airport: 'string' } }),
  features: { flights: integral() },
});
const definitions = defineFeatureStore({
  groups: [airports],
  sources: [
    defineSource({
      name: 'airports',
      group: airports,
      prefix: 'airports/',
      columns: { time: column.instant() },
      map: ({ time, ...row }) => ({ ...row, eventTime: time }),
    }),
  ],
  views: [],
});
const catalogue: Catalogue = {
  version: 1,
  stage: 'dev',
  groups: { airports: { groupName: 'dev-airports-v1', version: 1, recordFeatures: [], offline: undefined } },
};

/** A raw bucket with these objects, all written at once, and the receipts of some. */
function bed(keys: readonly string[]) {
  const objects = createMemoryObjectStore(UPLOADED_MS);
  for (const key of keys) void objects.put('raw', key, 'x');
  let reads = 0;
  const measure = (nowMs: number, known?: Map<string, Receipt>) =>
    measureIngest(
      {
        definitions,
        objects: {
          ...objects,
          read: (ref) => {
            reads++;
            return objects.read(ref);
          },
        },
        catalogue: async () => catalogue,
        rawBucket: 'raw',
        ledger: 'ledger',
        nowMs: () => nowMs,
      },
      known,
    );
  const seal = (key: string, sealedAtMs: number, changes: Partial<Receipt> = {}) => {
    const ingestId = ingestIdOf({ bucket: 'raw', key }, 0);
    const receipt = {
      ingestId,
      group: 'airports',
      status: 'sealed',
      attempt: 0,
      uploadedAt: new Date(UPLOADED_MS).toISOString(),
      sealedAt: new Date(sealedAtMs).toISOString(),
      rows: { read: 100, accepted: 100, quarantined: 0 },
      ...changes,
    };
    return objects.put('ledger', ledgerKeys.receipt(dateOf(UPLOADED_MS), ingestId), JSON.stringify(receipt));
  };
  return { measure, seal, reads: () => reads };
}

test('the lag is the longest way from an object to its receipt', async () => {
  const { measure, seal } = bed(['airports/a.csv', 'airports/b.csv']);
  await seal('airports/a.csv', UPLOADED_MS + 20_000);
  await seal('airports/b.csv', UPLOADED_MS + 50_000);
  expect(await measure(UPLOADED_MS + 2 * MINUTE_MS)).toMatchObject([
    { groupName: 'dev-airports-v1', ingestionLagSeconds: 50, waiting: 0 },
  ]);
});

test('what has no receipt lags up to now', async () => {
  const { measure, seal } = bed(['airports/a.csv', 'airports/lost.csv']);
  await seal('airports/a.csv', UPLOADED_MS + 20_000);
  expect(await measure(UPLOADED_MS + 7 * MINUTE_MS)).toMatchObject([{ ingestionLagSeconds: 420, waiting: 1 }]);
});

test('a receipt that was measured before is no lag any more, and neither is one that somebody asked for again', async () => {
  const { measure, seal } = bed(['airports/a.csv', 'airports/b.csv']);
  await seal('airports/a.csv', UPLOADED_MS + MINUTE_MS);
  await seal('airports/b.csv', UPLOADED_MS + HOUR_MS, { attempt: 1 });
  expect(await measure(UPLOADED_MS + HOUR_MS + MINUTE_MS)).toMatchObject([{ ingestionLagSeconds: 0 }]);
});

test('refused rows and files count for 24 hours', async () => {
  const { measure, seal } = bed(['airports/a.csv', 'airports/b.csv']);
  await seal('airports/a.csv', UPLOADED_MS, { rows: { read: 200, accepted: 197, quarantined: 3 } });
  await seal('airports/b.csv', UPLOADED_MS, { status: 'refused', rows: { read: 0, accepted: 0, quarantined: 0 } });
  const [later] = await measure(UPLOADED_MS + HOUR_MS);
  expect(later && ingestMetrics(later)).toEqual({ IngestionLag: 0, QuarantinedRows: 3, QuarantineRate: 1.5, RefusedFiles: 1 });
  const [nextDay] = await measure(UPLOADED_MS + 24 * HOUR_MS);
  expect(nextDay && ingestMetrics(nextDay)).toMatchObject({ QuarantinedRows: 0, QuarantineRate: 0, RefusedFiles: 0 });
});

test('a receipt is read once as long as the caller keeps what is known', async () => {
  const { measure, seal, reads } = bed(['airports/a.csv']);
  await seal('airports/a.csv', UPLOADED_MS);
  const known = new Map<string, Receipt>();
  const first = await measure(UPLOADED_MS + MINUTE_MS, known);
  expect(await measure(UPLOADED_MS + MINUTE_MS, known)).toEqual(first);
  expect(reads()).toBe(1);
});
