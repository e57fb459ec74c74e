/**
 * Map in DISTRIBUTED mode: a map run with one child execution per item or batch.
 *
 * All items are read into the journal first, as pending children with their inputs: what is run does not change when the
 * source does, a restart or a redrive needs no second reading, and memory holds only the children under way.
 */
import { randomUUID } from 'node:crypto';
import type { MapState } from '../asl/definition.ts';
import type { Json } from '../asl/json.ts';
import { StatesError } from '../asl/states-error.ts';
import type { MapRunRow } from '../journal/rows.ts';
import { Interrupted } from '../run/scope.ts';
import { type Outcome, passOn, readInput, readNumber, type Step } from '../run/step.ts';
import { collectOutputs } from './collect-outputs.ts';
import { demandChildren } from './demand-children.ts';
import { loadChildren } from './load-children.ts';
import { writeResults } from './result-writer.ts';
import { runChildren } from './run-children.ts';

export async function runDistributedMap(step: Step<MapState>): Promise<Outcome> {
  const { run, state, position, scope } = step;
  const { mapRuns } = run.runtime.journal;
  const input = readInput(step);
  const mapRun = await (position.mapRun === undefined ? beginMapRun(step, input) : continueMapRun(step, position.mapRun));
  const finish = (status: MapRunRow['status']) => {
    const stopMs = run.runtime.context.clock.nowMs();
    run.stage(() => mapRuns.end(mapRun.id, status, stopMs));
  };

  let result: Json;
  try {
    scope.check();
    demandChildren(step, mapRun);
    if (mapRun.hasItems === 0) await loadChildren(step, input, mapRun);
    const isTolerated = await runChildren(step, mapRun);
    const written = state.ResultWriter === undefined ? undefined : await writeResults(step, input, mapRun);
    scope.check();
    if (!isTolerated) {
      throw new StatesError('States.ExceedToleratedFailureThreshold', 'The specified tolerated failure threshold was exceeded.');
    }
    result = written ?? (await collectOutputs(step, mapRun));
    scope.check();
  } catch (error) {
    if (error instanceof StatesError) {
      run.recordEnd(position, 'MapRunFailed', { error: error.error, cause: error.reason });
      run.recordEnd(position, 'MapStateFailed');
      finish('FAILED');
    }
    if (error instanceof Interrupted && error.kind !== 'halted') {
      run.recordEnd(position, 'MapRunAborted');
      finish('ABORTED');
    }
    throw error;
  }
  run.record(position, 'MapRunSucceeded');
  run.record(position, 'MapStateSucceeded');
  finish('SUCCEEDED');
  return passOn(step, result);
}

async function beginMapRun(step: Step<MapState>, input: Json): Promise<MapRunRow> {
  const { run, state, position } = step;
  const { execution, runtime } = run;
  const row = {
    arn: `${execution.machineArn.replace(':stateMachine:', ':mapRun:')}/${labelOf(state, position.state)}:${randomUUID()}`,
    execution: execution.id,
    startMs: runtime.context.clock.nowMs(),
    maxConcurrency: readNumber(step, state, 'MaxConcurrency', input) ?? 0,
    toleratedPercentage: readNumber(step, state, 'ToleratedFailurePercentage', input) ?? null,
    toleratedCount: readNumber(step, state, 'ToleratedFailureCount', input) ?? null,
  };
  run.record(position, 'MapStateStarted', { length: 0 });
  run.record(position, 'MapRunStarted', { mapRunArn: row.arn });
  run.save(position);
  run.stage(() => {
    position.mapRun = runtime.journal.mapRuns.add(row);
  });
  await run.commit();
  return runtime.journal.mapRuns.byId(position.mapRun as unknown as number);
}

/** After a restart the map run is still running; after a redrive it has ended and its unsuccessful children run again. */
async function continueMapRun({ run, position }: Step<MapState>, id: number): Promise<MapRunRow> {
  const { journal, context } = run.runtime;
  const mapRun = journal.mapRuns.byId(id);
  if (mapRun.status === 'FAILED' || mapRun.status === 'ABORTED') {
    run.record(position, 'MapRunRedriven', { mapRunArn: mapRun.arn, redriveCount: mapRun.redriveCount + 1 });
    run.save(position);
    const nowMs = context.clock.nowMs();
    run.stage(() => {
      journal.mapRuns.redrive(id, nowMs);
      journal.executions.redriveChildren(id, nowMs);
    });
    await run.commit();
  }
  return journal.mapRuns.byId(id);
}

/** AWS makes up a label where none is given; here it is the name of the state. */
function labelOf(state: MapState, name: string): string {
  return state.Label ?? name.replace(/[^\w.-]/g, '-').slice(0, 40);
}
