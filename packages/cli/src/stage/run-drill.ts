/**
 * A restore that is practised: a snapshot, restored into groups made for it, every record read back and compared, the time it
 * took and what would have been lost. The groups are removed again, however it ends; what a killed drill left, by the next.
 */
import type { RestoreCounts, SnapshotManifest } from '@tidemark/pipeline';
import type { ConnectedStage } from './connect.ts';
import { createShadows, restoreSnapshot, takeSnapshot, timedId } from './run-snapshot.ts';

export interface DrillReport {
  readonly snapshot: string;
  readonly restore: string;
  readonly groups: readonly string[];
  readonly counts: RestoreCounts;
  /** Every record came back, but for those whose time to live had passed. */
  readonly passed: boolean;
  readonly contentHash: { readonly snapshot: string; readonly restored: string }[];
  readonly snapshotSeconds: number;
  /** From an empty store to the last record read back. */
  readonly recoveryTimeSeconds: number;
  /** What the snapshot is behind when it is there: the offline delay, and the time it took. */
  readonly recoveryPointSeconds: number;
  readonly offlineDelaySeconds: number;
  readonly asOf: string;
  readonly notCovered: SnapshotManifest['notCovered'];
}

const SUFFIX = 'drill';
/** A drill that is older has been killed. */
const LEFT_BEHIND_MS = 3_600_000;

const seconds = (fromMs: number) => (performance.now() - fromMs) / 1_000;

export async function runDrill(
  stage: ConnectedStage,
  groups: readonly string[] | undefined,
  progress: (line: string) => void,
  shadows: Set<string>,
): Promise<DrillReport> {
  const id = timedId();
  try {
    await removeLeftBehind(stage);
    const startedMs = performance.now();
    const manifest = await takeSnapshot(stage, `drill-${id}`, groups === undefined ? {} : { groups }, progress);
    const snapshotSeconds = seconds(startedMs);
    return await restoreShadows(stage, manifest, { snapshotSeconds, id, progress, shadows });
  } finally {
    await removeShadows(stage, shadows);
  }
}

async function restoreShadows(
  stage: ConnectedStage,
  manifest: SnapshotManifest,
  drill: {
    readonly snapshotSeconds: number;
    readonly id: string;
    readonly progress: (line: string) => void;
    readonly shadows: Set<string>;
  },
): Promise<DrillReport> {
  const into = `${SUFFIX}-${drill.id.slice(-4)}`;
  const startedMs = performance.now();
  await createShadows(stage, manifest.groups, into, (shadow) => drill.shadows.add(shadow));
  const receipt = await restoreSnapshot(stage, `drill-${drill.id}`, { snapshot: manifest.id, into }, drill.progress);
  const { counts } = receipt;
  const createdMs = Date.parse(manifest.createdAt);
  return {
    snapshot: manifest.id,
    restore: receipt.id,
    groups: manifest.groups.map(({ group }) => group),
    counts,
    passed: counts.equal + counts.expired === counts.rows,
    contentHash: receipt.groups.map(({ snapshotHash, contentHash }) => ({ snapshot: snapshotHash, restored: contentHash })),
    snapshotSeconds: drill.snapshotSeconds,
    recoveryTimeSeconds: seconds(startedMs),
    recoveryPointSeconds: (createdMs - Date.parse(manifest.asOf)) / 1_000 + drill.snapshotSeconds,
    offlineDelaySeconds: manifest.offlineDelaySeconds,
    asOf: manifest.asOf,
    notCovered: manifest.notCovered,
  };
}

export async function removeShadows(stage: ConnectedStage, shadows: Set<string>): Promise<void> {
  for (const shadow of shadows) {
    await stage.groups.remove(shadow);
    shadows.delete(shadow);
  }
}

async function removeLeftBehind({ groups, stage }: ConnectedStage): Promise<void> {
  for (const { groupName, createdMs } of await groups.list(`-${SUFFIX}-`)) {
    if (groupName.startsWith(`${stage}-`) && createdMs < Date.now() - LEFT_BEHIND_MS) await groups.remove(groupName);
  }
}
