import type { FeatureDefinition, OnlineStoreConfigUpdate, UpdateFeatureGroupRequest } from '@aws-sdk/client-sagemaker';
import type { EngineContext } from '../engine-context.ts';
import { groupNotFound, validationException } from './control-plane-errors.ts';
import type { ControlPlaneParts } from './create-feature-group.ts';
import { checkDefinitions, MOST_FEATURES } from './feature-definitions.ts';
import { type FeatureGroup, statusOf } from './feature-group.ts';
import { groupNameOf } from './feature-group-registry.ts';
import { offlineColumns } from './offline-columns.ts';
import { parseThroughput, parseTtl } from './store-configs.ts';

const UPDATE_MS = 250;
const MOST_ADDITIONS = 100;

export function createUpdateFeatureGroup({ clock, settings }: EngineContext, { registry, catalogue }: ControlPlaneParts) {
  return (request: UpdateFeatureGroupRequest): { FeatureGroupArn: string } => {
    const name = groupNameOf(request.FeatureGroupName as string);
    const group = registry.find(name);
    if (!group) throw groupNotFound(name);
    const { FeatureAdditions, OnlineStoreConfig, ThroughputConfig } = request;
    if ([FeatureAdditions, OnlineStoreConfig, ThroughputConfig].filter((change) => change !== undefined).length !== 1)
      throw validationException(
        'Validation Error: UpdateFeatureGroup takes exactly one of FeatureAdditions, OnlineStoreConfig and ThroughputConfig.',
      );
    const nowMs = clock.nowMs();
    if (statusOf(group, nowMs) !== 'Created')
      throw validationException(`Validation Error: FeatureGroup ${name} must be Created to be updated.`);
    if (group.updateReadyMs !== undefined && nowMs < group.updateReadyMs)
      throw validationException(`Validation Error: an update of FeatureGroup ${name} is in progress.`);

    const knownFromMs = nowMs + settings.schemaCacheMs;
    const changed: FeatureGroup = {
      ...group,
      ...(FeatureAdditions ? addFeatures(group, FeatureAdditions as FeatureDefinition[], knownFromMs) : {}),
      ...(OnlineStoreConfig ? changeOnlineStore(group, OnlineStoreConfig, knownFromMs) : {}),
      ...(ThroughputConfig ? { throughput: parseThroughput(ThroughputConfig as FeatureGroup['throughput']) } : {}),
      modifiedMs: nowMs,
      updateReadyMs: nowMs + UPDATE_MS,
    };
    const table = group.offline?.DataCatalogConfig;
    if (FeatureAdditions && group.ownsTable && table && catalogue.hasTable(table.Database as string, table.TableName as string))
      catalogue.setColumns(table.Database as string, table.TableName as string, offlineColumns(changed.definitions));
    registry.save(changed);
    return { FeatureGroupArn: group.arn };
  };
}

function addFeatures(group: FeatureGroup, additions: readonly FeatureDefinition[], knownFromMs: number) {
  if (additions.length < 1 || additions.length > MOST_ADDITIONS)
    throw validationException(`Validation Error: FeatureAdditions must hold 1 to ${MOST_ADDITIONS} definitions.`);
  const definitions = [...group.definitions, ...additions];
  if (definitions.length > MOST_FEATURES)
    throw validationException(`Validation Error: a FeatureGroup may have up to ${MOST_FEATURES} features.`);
  checkDefinitions(definitions, { collections: group.online?.StorageType === 'InMemory', offline: group.offline !== undefined });
  return { definitions, definitionKnownFromMs: [...group.definitionKnownFromMs, ...additions.map(() => knownFromMs)] };
}

function changeOnlineStore(group: FeatureGroup, change: OnlineStoreConfigUpdate, knownFromMs: number) {
  if (!group.online) throw validationException(`Validation Error: FeatureGroup ${group.name} has no OnlineStore.`);
  const { StorageType } = change;
  const from = group.online.StorageType ?? 'Standard';
  if (StorageType !== undefined && StorageType !== from && !(from === 'Standard' && StorageType === 'Standard_V2'))
    throw validationException(
      `Validation Error: the StorageType can only change from Standard to Standard_V2, not from ${from} to ${StorageType}.`,
    );
  return {
    ...(StorageType ? { online: { ...group.online, StorageType } } : {}),
    // An empty object takes the default away.
    ...(change.TtlDuration
      ? { defaultTtls: [...group.defaultTtls, { fromMs: knownFromMs, ttl: parseTtl(change.TtlDuration) }] }
      : {}),
  };
}
