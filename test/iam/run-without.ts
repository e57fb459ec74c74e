import type { Permission } from '@tidemark/engine';
import { type Flow, flows } from './flows.ts';
import { type AccessRecord, idOf, isAllowed } from './permissions.ts';
import type { StageUnderRoles } from './stage-under-roles.ts';

export interface Attempt {
  readonly flow: string;
  /** Told apart from the tags of other attempts on the same stage. */
  readonly tag: string;
}

export interface Outcome {
  readonly hasFailed: boolean;
  /** Whether that very permission was asked for and refused meanwhile: all the permissions together allow the request. */
  readonly isRefused: boolean;
}

/** Runs a flow while a permission is missing. */
export async function runWithout(
  on: StageUnderRoles,
  record: AccessRecord,
  permission: Permission,
  { flow, tag }: Attempt,
): Promise<Outcome> {
  const name = `${flow} without ${idOf(permission)}`;
  record.enter(name);
  const hasFailed = await (flows[flow] as Flow)(on, tag).then(
    () => false,
    () => true,
  );
  const isRefused = record
    .refused()
    .some(
      (one) =>
        one.flow === name &&
        one.entry.role === permission.role &&
        one.entry.request.action === permission.action &&
        isAllowed(on.roles, one),
    );
  return { hasFailed, isRefused };
}
