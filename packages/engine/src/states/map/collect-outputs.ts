/** The result of a distributed Map without ResultWriter: the outputs of the children that succeeded, in item order. */
import type { MapState } from '../asl/definition.ts';
import { type Json, parseJson } from '../asl/json.ts';
import { PAYLOAD_LIMIT_BYTES, printPayload } from '../asl/payload-limit.ts';
import type { ExecutionRow, MapRunRow } from '../journal/rows.ts';
import type { Step } from '../run/step.ts';

const CHILDREN_PER_PAGE = 100;

export async function collectOutputs(step: Step<MapState>, mapRun: MapRunRow): Promise<Json> {
  const outputs: Json[] = [];
  let length = 0;
  for await (const child of eachChild(step, mapRun)) {
    if (child.status !== 'SUCCEEDED') continue;
    const text = child.output as string;
    length += text.length + 1;
    outputs.push(parseJson(text));
    // Characters are at most as many as bytes, so this is beyond the limit for sure.
    if (length > PAYLOAD_LIMIT_BYTES + 1) break;
  }
  printPayload(outputs, `The state '${step.position.state}' returned a result that`);
  return outputs;
}

/** In item order, page by page, with turns for others in between. */
export async function* eachChild(step: Step<MapState>, mapRun: MapRunRow): AsyncGenerator<ExecutionRow> {
  const { executions } = step.run.runtime.journal;
  for (let last = -1; ; ) {
    const page = executions.children(mapRun.id, last, CHILDREN_PER_PAGE);
    yield* page;
    if (page.length < CHILDREN_PER_PAGE) return;
    last = page.at(-1)?.itemIndex as number;
    await step.scope.wait(new Promise((resolve) => setImmediate(resolve)));
  }
}
