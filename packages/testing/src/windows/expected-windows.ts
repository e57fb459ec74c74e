import { unitsPerOne, type WindowedGroup, type WindowValues } from '@tidemark/domain';
import { answerWindow, type SentEvent } from '../oracle/windows.ts';

/** What every window of a group holds for an entity at a time, by the oracle. */
export function expectedWindows(
  { windowed }: WindowedGroup,
  accepted: readonly SentEvent[],
  entity: string,
  timeNs: bigint,
): WindowValues {
  return Object.fromEntries(
    windowed.layout.aggregates.map((one) => {
      const field = one.field === undefined ? undefined : windowed.fields[one.field];
      const question = { ...one, boundary: windowed.boundary, unitsPerOne: field === undefined ? 1 : unitsPerOne(field) };
      return [one.name, answerWindow(accepted, entity, timeNs, question)];
    }),
  );
}
