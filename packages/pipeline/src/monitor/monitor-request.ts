/** What starts a run of the monitor, and the state that its machine hands from step to step. */
import { type Definitions, type Group, TidemarkError } from '@tidemark/domain';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Waiting } from '../ports/waiting.ts';

export interface MonitorRequest {
  /** `recent`: a sample of what happened in the last hours; `full`: the whole history, as far as the limits go. */
  readonly scope: 'recent' | 'full';
  /** How long a write may take to reach the offline store. Default: what the stage says. */
  readonly offlineDelaySeconds?: number;
  /** Entities that are compared, per group. */
  readonly entities?: number;
  /** History that one group's query may read. */
  readonly scanLimitBytes?: number;
  /** Logical names; default: every group that has both stores. */
  readonly groups?: readonly string[];
}

export interface MonitorLimits {
  readonly entities: number;
  readonly scanLimitBytes: number;
}

/** What the machine hands to the steps of one group. */
export interface GroupState {
  /** Name of the execution: the seed of the sample, and the id of the report. */
  readonly id: string;
  /** ISO-8601, when the execution started. */
  readonly startedAt: string;
  readonly request: MonitorRequest;
  readonly group: string;
}

export interface ReadGroupState extends GroupState {
  /** ISO-8601, when the history had been read: by the clock of the services, which event times and expiry are held against. */
  readonly read: { readonly at: string };
}

export interface MonitorDependencies {
  readonly definitions: Definitions;
  readonly objects: ObjectStore;
  readonly catalogue: () => Promise<Catalogue>;
  readonly ledger: string;
  readonly workBucket: string;
  readonly waiting: Waiting;
}

const DEFAULTS = {
  recent: { entities: 1_000, scanLimitBytes: 2 ** 30 },
  full: { entities: 100_000, scanLimitBytes: 20 * 2 ** 30 },
} as const;
const MOST_ENTITIES = 100_000;

const refused = (field: string, message: string) => new TidemarkError('REQUEST_MALFORMED', message, { field });

/** @throws REQUEST_MALFORMED naming the field */
export function limitsOf(request: MonitorRequest): MonitorLimits {
  if (request.scope !== 'recent' && request.scope !== 'full') throw refused('scope', 'scope is `recent` or `full`');
  const whole = (field: keyof MonitorLimits, fallback: number, least: number, most: number) => {
    const value = request[field] ?? fallback;
    if (!Number.isSafeInteger(value) || value < least || value > most)
      throw refused(field, `${field} is a whole number from ${least} to ${most}`);
    return value;
  };
  const { entities, scanLimitBytes } = DEFAULTS[request.scope];
  return {
    entities: whole('entities', entities, 1, MOST_ENTITIES),
    scanLimitBytes: whole('scanLimitBytes', scanLimitBytes, 1, Number.MAX_SAFE_INTEGER),
  };
}

/** Groups whose two stores can be held against each other. */
export function comparableGroups({ groups }: Definitions, request: MonitorRequest): Group[] {
  const unknown = request.groups?.find((name) => !groups.some((group) => group.name === name));
  if (unknown !== undefined) throw new TidemarkError('GROUP_UNKNOWN', `there is no group ${unknown}`, { field: 'groups' });
  return groups.filter(
    (group) =>
      group.storage === 'Standard' &&
      group.keptIn === undefined &&
      (request.groups === undefined || request.groups.includes(group.name)),
  );
}

/** Where a run keeps what it has seen until it is judged: in the work bucket, which expires. */
export const monitorKeys = {
  seen: (id: string, group: string) => `monitor-work/${id}/${group}/seen.json`,
  rows: (id: string, group: string) => `monitor-work/${id}/${group}/rows/`,
  results: (id: string, group: string) => `monitor-work/${id}/${group}/query-results/`,
  /** Where the next run goes on listing the online store. */
  cursor: (groupName: string) => `monitor-work/cursors/${groupName}.json`,
} as const;
