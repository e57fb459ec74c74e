import { type Definitions, type Group, isWindowed, parseIsoNs, type Source, TidemarkError } from '@tidemark/domain';
import type { BackfillRequest } from './backfill-plan.ts';

const invalid = (message: string, field: string) => new TidemarkError('BACKFILL_REQUEST_INVALID', message, { field });

/** @throws BACKFILL_REQUEST_INVALID, GROUP_UNKNOWN, BACKFILL_NOT_POSSIBLE */
export function parseBackfillRequest(definitions: Definitions, asked: unknown): BackfillRequest {
  const request = { ...(asked as Partial<Record<string, unknown>>) };
  if ('scheduledTime' in request) {
    const other = Object.keys(request).find((name) => name !== 'scheduledTime');
    if (other !== undefined) throw invalid(`the scheduled time stands alone: leave out ${other}`, other);
    return { scheduledTime: instant(request, 'scheduledTime') };
  }
  const { group, dryRun = false } = request;
  if (typeof group !== 'string') throw invalid('name the group to backfill', 'group');
  if (typeof dryRun !== 'boolean') throw invalid('dryRun is true or false', 'dryRun');
  const [from, to] = [instant(request, 'from'), instant(request, 'to')];
  if ((parseIsoNs(from) as bigint) >= (parseIsoNs(to) as bigint)) throw invalid('`from` must lie before `to`', 'from');
  if (findBackfilled(definitions, group).stream !== undefined && dryRun)
    throw invalid('windows are compared while they are made: there is no dry run of them', 'dryRun');
  return { group, from, to, dryRun };
}

function instant(request: Readonly<Record<string, unknown>>, field: string): string {
  const value = request[field];
  if (typeof value !== 'string' || parseIsoNs(value) === undefined)
    throw invalid(`${field} must be UTC ISO-8601 such as 2026-01-31T09:00:00Z`, field);
  return value;
}

export interface BackfilledGroup {
  readonly group: Group;
  readonly sources: readonly Source[];
  /** Of a windowed group: the stream that feeds it. */
  readonly stream?: string;
}

const isBackfilled = (group: Group) =>
  group.keptIn === undefined && Object.values(group.features).every((feature) => feature.collection === undefined);

/** The groups that can be backfilled: those that have file sources and a history. In the order of their names. */
export const backfilledGroups = (definitions: Definitions): BackfilledGroup[] =>
  definitions.groups
    .filter(isBackfilled)
    .map((group) => ({ group, sources: definitions.sources.filter((source) => source.group === group) }))
    .filter(({ sources }) => sources.length > 0)
    .sort((a, b) => (a.group.name < b.group.name ? -1 : 1));

/** @throws GROUP_UNKNOWN, BACKFILL_NOT_POSSIBLE */
export function findBackfilled(definitions: Definitions, name: string): BackfilledGroup {
  const found = backfilledGroups(definitions).find(({ group }) => group.name === name);
  if (found !== undefined) return found;
  const windows = definitions.streamSources.find((source) => source.group.name === name && isWindowed(source.group));
  if (windows !== undefined) return { group: windows.group, sources: [], stream: windows.stream.name };
  if (!definitions.groups.some((group) => group.name === name))
    throw new TidemarkError('GROUP_UNKNOWN', `there is no group ${name}`, { field: name });
  throw new TidemarkError('BACKFILL_NOT_POSSIBLE', `group ${name} has no file source or keeps no history`, { field: name });
}
