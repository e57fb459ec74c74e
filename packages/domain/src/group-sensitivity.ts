import type { Group } from './define-group.ts';
import type { Sensitivity } from './feature-type.ts';

/** From what anybody may see to what is about a person. */
const RISING: readonly Sensitivity[] = ['public', 'internal', 'personal'];

/**
 * How sensitive a group's records are: as its most sensitive feature, and `personal` where its entity is sensitive. A feature
 * that declares nothing is `internal`: public is only what somebody has called so, in every feature.
 */
export function groupSensitivity({ entity, features }: Pick<Group, 'entity' | 'features'>): Sensitivity {
  const declared = Object.values(features).map(({ sensitivity = 'internal' }) => sensitivity);
  const all: readonly Sensitivity[] = entity.sensitive ? ['personal', ...declared] : declared;
  return RISING.findLast((one) => all.includes(one)) ?? 'internal';
}
