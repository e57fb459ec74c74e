/** A whole stage. Each stack takes what the earlier ones made; nothing here decides anything. */
import { physicalStreamName } from '@tidemark/domain';
import { definitions } from '@tidemark/features';
import { featureGroupSets } from '@tidemark/functions/feature-group-sets';
import { stageNames } from '@tidemark/functions/resolve-topology';
import { createCatalogue } from './catalogue.ts';
import { createDatasets } from './datasets.ts';
import { createFeatureGroups } from './feature-groups.ts';
import { createIngestion } from './ingestion.ts';
import { createNetwork } from './network.ts';
import { createObservability } from './observability.ts';
import { createOperations } from './operations.ts';
import type { StageContext } from './parts/context.ts';
import { createScheduling } from './parts/scheduling.ts';
import { createFeatureStoreRole, createKeys } from './security.ts';
import { createServing } from './serving.ts';
import { shareGroups } from './sharing.ts';
import { parseStageName, parseStageOptions } from './stage-options.ts';
import { stageProfile } from './stage-profile.ts';
import { createStorage } from './storage.ts';

export async function deployStage() {
  const context = await currentContext();
  const keys = createKeys(context);
  const storage = createStorage(context, keys);
  const featureStore = createFeatureStoreRole(context, keys);
  const groups = createFeatureGroups(context, keys, featureStore.role, [featureStore.attached]);
  createCatalogue(context, keys, storage, groups);
  shareGroups(context, groups);
  const auditKey = new sst.Secret('AuditKey');
  const foundation = {
    context,
    keys,
    storage,
    network: await createNetwork(context, keys),
    scheduling: createScheduling(context, keys),
    secrets: auditKey.value.apply((value) => ({ 'audit-key': value })),
  };
  createIngestion(foundation);
  const api = createServing(foundation);
  createDatasets(foundation);
  createOperations(foundation);
  createObservability(foundation, api);
  return { api: api.url, rawBucket: storage.buckets.raw.name };
}

async function currentContext(): Promise<StageContext> {
  const stage = parseStageName($app.stage);
  const { accountId: account } = await aws.getCallerIdentity({});
  const { region } = await aws.getRegion({});
  const place = { stage, account, region };
  return {
    ...place,
    names: stageNames(place),
    profile: stageProfile(stage),
    options: parseStageOptions(process.env),
    featureGroups: featureGroupSets(stage, definitions),
    streams: definitions.streams.map((stream) => physicalStreamName(stage, stream)),
  };
}
