/** Which names definitions may use, and how a physical name is made. Nothing else builds a physical name. */
import { TidemarkError } from './errors.ts';

const LOGICAL = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const FEATURE = /^[a-z][a-z0-9_]{0,62}$/;

/** Names that the store, its offline table, or our plans use themselves. */
export const RESERVED_FEATURE_NAMES: ReadonlySet<string> = new Set([
  'entity_key',
  'event_time',
  'write_time',
  'api_invocation_time',
  'is_deleted',
  'year',
  'month',
  'day',
  'hour',
  'temp_event_time_col',
  'label_row',
  'label_time',
  'label_range',
]);

/** The record identifier of every group: the canonical entity key. */
export const ENTITY_KEY_FEATURE = 'entity_key';
/** The event-time feature of every group. */
export const EVENT_TIME_FEATURE = 'event_time';

/** @throws DEFINITION_INVALID */
export function assertLogicalName(what: string, name: string): void {
  if (!LOGICAL.test(name) || name.length > 40) {
    throw new TidemarkError(
      'DEFINITION_INVALID',
      `${what} "${name}": names are kebab-case, begin with a letter and have at most 40 characters`,
    );
  }
}

/** @throws DEFINITION_INVALID */
export function assertFeatureName(where: string, name: string): void {
  if (!FEATURE.test(name) || name.endsWith('_')) {
    throw new TidemarkError('DEFINITION_INVALID', `${where}: "${name}" must match [a-z][a-z0-9_]{0,62} and not end in _`, {
      field: name,
    });
  }
  if (RESERVED_FEATURE_NAMES.has(name)) {
    throw new TidemarkError('DEFINITION_INVALID', `${where}: "${name}" is reserved`, { field: name });
  }
}

/** `{stage}-{group}-v{major}`: the feature group's name in the service. */
export const physicalGroupName = (stage: string, group: { readonly name: string; readonly version: number }): string =>
  `${stage}-${group.name}-v${group.version}`;

/** `{stage}-{stream}`: the stream's name in the service. */
export const physicalStreamName = (stage: string, stream: { readonly name: string }): string => `${stage}-${stream.name}`;
