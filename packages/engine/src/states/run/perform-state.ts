import { isDistributed } from '../asl/definition.ts';
import { runDistributedMap } from '../map/distributed-map.ts';
import { runChoice, runFail, runPass, runSucceed, runWait } from './flow-states.ts';
import { runInlineMap } from './inline-map.ts';
import { runParallel } from './parallel-state.ts';
import type { Outcome, Step } from './step.ts';
import { runTask } from './task-state.ts';

/** Does what the type of a state says. @throws StatesError when it fails, Interrupted when it was cut short */
export function performState(step: Step): Outcome | Promise<Outcome> {
  const { state } = step;
  switch (state.Type) {
    case 'Task':
      return runTask({ ...step, state });
    case 'Pass':
      return runPass({ ...step, state });
    case 'Choice':
      return runChoice({ ...step, state });
    case 'Wait':
      return runWait({ ...step, state });
    case 'Succeed':
      return runSucceed({ ...step, state });
    case 'Fail':
      return runFail({ ...step, state });
    case 'Parallel':
      return runParallel({ ...step, state });
    case 'Map':
      return isDistributed(state) ? runDistributedMap({ ...step, state }) : runInlineMap({ ...step, state });
  }
}
