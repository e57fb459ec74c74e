/**
 * How many instances all functions together may have.
 *
 * An instance costs about 24 MB and 80 to 105 ms of one core to start (measured with a bundle of middy, logger, metrics
 * and one SDK client), compiles its hot code for itself, and talks to this one process. So one for each core and one that
 * waits do as much as twice as many, and take a sixth less CPU over the main job (19.5 s instead of 23 on two cores). A function without any instance may always start one: otherwise a function that waits for another one, directly
 * or through a state machine, could wait for ever.
 */
import { availableParallelism } from 'node:os';

export interface InstanceLimits {
  readonly perFunction: number;
  readonly total: number;
}

export function limitsForThisMachine(cores = availableParallelism()): InstanceLimits {
  return { perFunction: cores + 1, total: Math.max(16, 6 * cores) };
}

export interface BudgetMember {
  dispatch(): void;
  retireIdle(forMs: number, most: number): number;
  hasWaiting(): boolean;
}

export interface InstanceBudget {
  /** Whether one more may start; an idle instance of any function gives way. */
  take(isFirst: boolean): boolean;
  release(): void;
  join(member: BudgetMember): void;
  forget(member: BudgetMember): void;
}

export function createInstanceBudget(total: number): InstanceBudget {
  let used = 0;
  const members = new Set<BudgetMember>();
  const retireOneIdle = () => {
    for (const member of members) if (!member.hasWaiting() && member.retireIdle(0, 1) > 0) return true;
    return false;
  };
  return {
    take(isFirst) {
      if (used >= total && !retireOneIdle() && !isFirst) return false;
      used += 1;
      return true;
    },
    release() {
      used -= 1;
      for (const member of members) if (member.hasWaiting()) member.dispatch();
    },
    join: (member) => void members.add(member),
    forget: (member) => void members.delete(member),
  };
}
