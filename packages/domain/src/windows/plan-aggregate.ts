import { parseDurationMs } from '../duration.ts';
import { TidemarkError } from '../errors.ts';
import { type FeatureType, fractional, integral } from '../feature-type.ts';
import type { Aggregate } from './aggregate.ts';
import { type FieldShape, optionsOf, servedType } from './event-field.ts';
import { WINDOW_STATE_FEATURE } from './window-groups.ts';
import type { PlannedAggregate } from './window-layout.ts';

/** @throws DEFINITION_INVALID for what the types of a definition cannot see. */
export function planAggregate(
  where: string,
  name: string,
  one: Aggregate,
  fields: FieldShape,
  groupStepMs: number,
): Omit<PlannedAggregate, 'parts'> {
  const fail = (why: string) => new TidemarkError('DEFINITION_INVALID', `${where}: ${name} ${why}`, { field: name });
  if (name === WINDOW_STATE_FEATURE) throw fail('is where the state is kept');
  const field = one.field === undefined ? undefined : fields[one.field];
  if (one.field !== undefined && field === undefined) throw fail(`is over "${one.field}", which the events do not have`);
  if (['sum', 'mean', 'variance'].includes(one.kind) && field?.kind !== 'integer' && field?.kind !== 'decimal') {
    throw fail(`needs whole numbers: declare "${one.field}" as field.integer or field.decimal`);
  }
  if (one.span === undefined) {
    if (one.kind !== 'first' && one.kind !== 'last') throw fail('needs a length');
    return { name, kind: one.kind, field: one.field, span: undefined };
  }
  const lengthMs = parseDurationMs(one.span.length);
  const stepMs = one.span.step === undefined ? groupStepMs : parseDurationMs(one.span.step);
  if (stepMs <= 0 || lengthMs <= 0 || lengthMs % stepMs !== 0) throw fail('must be a whole multiple of its step long');
  return { name, kind: one.kind, field: one.field, span: { lengthMs, stepMs } };
}

/** The feature that an aggregate is served as. It inherits the sensitivity of its field. */
export function featureOf(one: Aggregate, fields: FieldShape): FeatureType {
  const field = one.field === undefined ? undefined : fields[one.field];
  const inherited = {
    ...(field === undefined ? {} : optionsOf({ ...(field.sensitivity && { sensitivity: field.sensitivity }) })),
    ...optionsOf(one),
  };
  if (one.kind === 'count' || one.kind === 'distinct') return integral(inherited);
  if (one.kind === 'mean' || one.kind === 'variance') return fractional(inherited);
  if (one.kind === 'sum') return field?.kind === 'decimal' ? fractional(inherited) : integral(inherited);
  return field === undefined ? integral(inherited) : { ...servedType(field), ...inherited };
}
