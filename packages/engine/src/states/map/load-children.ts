/** Reads the items of a map run and puts each item or batch into the journal as a pending child. */
import { randomUUID } from 'node:crypto';
import type { MapState } from '../asl/definition.ts';
import { processorOf } from '../asl/definition.ts';
import type { Json } from '../asl/json.ts';
import { runtimeError } from '../asl/states-error.ts';
import type { NewExecution } from '../journal/execution-table.ts';
import type { MapRunRow } from '../journal/rows.ts';
import { selectItem } from '../run/map-items.ts';
import { readNumber, type Step } from '../run/step.ts';
import { batchItems, type ChildInput, singleItems } from './item-batcher.ts';
import { readItemSource } from './item-reader.ts';

/** So many children are written in one commit, and then others have their turn. */
const CHILDREN_PER_COMMIT = 500;

export async function loadChildren(step: Step<MapState>, input: Json, mapRun: MapRunRow): Promise<void> {
  const { journal } = step.run.runtime;
  // What a crash in the middle of reading has left is not known to be whole.
  journal.write('ordered', () => journal.executions.removeChildren(mapRun.id));
  let lot: NewExecution[] = [];
  let index = 0;
  const flush = async () => {
    journal.write('ordered', () => {
      for (const child of lot) journal.executions.add(child);
    });
    lot = [];
    await step.scope.wait(new Promise((resolve) => setImmediate(resolve)));
  };
  for await (const child of childInputs(step, input)) {
    lot.push(newChild(step, mapRun, child, index));
    index += 1;
    if (lot.length === CHILDREN_PER_COMMIT) await flush();
  }
  await flush();
  journal.write('ordered', () => journal.mapRuns.markRead(mapRun.id));
}

function childInputs(step: Step<MapState>, input: Json): AsyncGenerator<ChildInput> {
  const { ItemBatcher: batcher } = step.state;
  const items = selectedItems(step, input);
  if (batcher === undefined) return singleItems(items);
  const mostItems = readNumber(step, batcher, 'MaxItemsPerBatch', input);
  const mostBytes = readNumber(step, batcher, 'MaxInputBytesPerBatch', input);
  if (mostItems === undefined && mostBytes === undefined) {
    throw runtimeError('An ItemBatcher needs MaxItemsPerBatch or MaxInputBytesPerBatch.');
  }
  return batchItems(items, { mostItems, mostBytes, batchInput: step.state.ItemBatcher?.BatchInput, input, surroundings: step });
}

async function* selectedItems(step: Step<MapState>, input: Json): AsyncGenerator<Json> {
  let index = 0;
  for await (const value of readItemSource(step, input)) {
    yield selectItem(step, input, value, index);
    index += 1;
  }
}

function newChild(step: Step<MapState>, mapRun: MapRunRow, child: ChildInput, index: number): NewExecution {
  const { execution } = step.run;
  const name = randomUUID();
  // A map run's ARN is machine/label:id; its children's are machine/label:name.
  const machineArn = mapRun.arn.slice(0, mapRun.arn.lastIndexOf(':')).replace(':mapRun:', ':stateMachine:');
  return {
    arn: `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`,
    name,
    machineArn,
    revision: execution.revision,
    type: processorOf(step.state).ProcessorConfig?.ExecutionType ?? 'STANDARD',
    status: 'PENDING',
    startMs: mapRun.startMs,
    mapRun: mapRun.id,
    itemIndex: index,
    itemCount: child.itemCount,
    input: child.text,
  };
}
