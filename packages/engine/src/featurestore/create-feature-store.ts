import { createWalSync } from '../durability/wal-sync.ts';
import type { EngineContext } from '../engine-context.ts';
import { type Access, openAccess } from '../iam/access.ts';
import { createOfflineStore } from '../offline/offline-store.ts';
import type { Buckets, Catalogue } from '../ports.ts';
import { createFeatureGroupRegistry } from '../sagemaker/feature-group-registry.ts';
import { createSageMakerService } from '../sagemaker/sagemaker-service.ts';
import type { Service } from '../wire/service.ts';
import { createCommitQueue } from './commit-queue.ts';
import { createDataPlaneGroups } from './data-plane-groups.ts';
import { openFeatureStoreDatabase } from './feature-store-database.ts';
import { createOnlineStore } from './online-store.ts';
import { createPurge } from './purge.ts';
import { createRecordReader } from './record-reader.ts';
import { createRecordWriter } from './record-writer.ts';
import { createReplicationLog } from './replication-log.ts';
import { createRuntimeService } from './runtime-service.ts';

export interface FeatureStore {
  /** SageMaker's control plane and the Feature Store runtime. */
  readonly services: readonly Service[];
  /** KMS key of a group's online store. */
  keyOfGroup(featureGroup: string): string | undefined;
  /** Begins to drain what waits for the offline store. */
  start(): void;
  /** Ends cleanly; what has not reached the offline store goes on at the next start. */
  stop(): Promise<void>;
  /** Resolves when nothing that is due for the offline store is on its way there. */
  idle(): Promise<void>;
  /** Brings everything to the offline store at once. For tests and for the end of a demonstration. */
  drainNow(): Promise<void>;
}

export function createFeatureStore(
  context: EngineContext,
  parts: { readonly buckets: Buckets; readonly catalogue: Catalogue; readonly access?: Access },
): FeatureStore {
  const { buckets, catalogue, access = openAccess } = parts;
  const database = openFeatureStoreDatabase(context.dataDir);
  const registry = createFeatureGroupRegistry(database);
  const replication = createReplicationLog(database, context);
  const disk = createWalSync(database);
  const queue = createCommitQueue(database, disk, replication.writeEntries, replication.discard);
  const online = createOnlineStore(database, context);
  const runtime = createRuntimeService(context, {
    groups: createDataPlaneGroups(registry, context),
    online,
    replication,
    queue,
    writer: createRecordWriter(online, replication),
    reader: createRecordReader(online),
  });
  const purge = createPurge(database, queue);
  const onGroupRemoved = () => {
    purge().catch((error: Error) => context.log(`feature store: a purge stopped and goes on at the next start: ${error.name}`));
  };
  const offline = createOfflineStore(context, { database, queue, replication, registry, buckets, access });
  return {
    services: [createSageMakerService(context, { registry, catalogue, buckets, onGroupRemoved }), runtime],
    keyOfGroup: (name) => registry.find(name)?.online?.SecurityConfig?.KmsKeyId,
    start() {
      offline.start();
      onGroupRemoved();
    },
    async stop() {
      await offline.stop();
      await queue.submit(() => {});
      disk.close();
      database.close();
    },
    idle: offline.idle,
    drainNow: offline.drainNow,
  };
}
