import type { State, StatesBlock } from '../asl/definition.ts';
import type { Json } from '../asl/json.ts';
import { printPayload } from '../asl/payload-limit.ts';
import type { Payload, Position } from './position.ts';
import type { Run } from './run.ts';
import type { Scope } from './scope.ts';

/** Puts a position at a state, with what that state gets. */
export function enterState(run: Run, block: StatesBlock, position: Position, name: string, input: Payload): void {
  position.state = name;
  position.input = input;
  position.retries = [];
  position.wakeMs = undefined;
  position.isOpened = false;
  position.mapRun = undefined;
  position.enteredMs = run.runtime.context.clock.nowMs();
  run.save(position);
  run.record(position, `${(block.States[name] as State).Type}StateEntered`, { name, input: input.text });
}

/** @throws StatesError States.DataLimitExceeded */
export function payloadOf(value: Json, what: string): Payload {
  return { value, text: printPayload(value, what) };
}

/** In the engine's time. */
export function sleepUntil(run: Run, scope: Scope, atMs: number): Promise<void> {
  return scope.waitFor((resolve) => run.runtime.context.clock.at(atMs, resolve));
}
