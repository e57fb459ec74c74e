/** Runs the children of a map run, so many at a time, until all have ended or too many have failed. */
import { type MapState, processorOf } from '../asl/definition.ts';
import type { ExecutionRow, MapRunRow, StatusCount } from '../journal/rows.ts';
import { Interrupted } from '../run/scope.ts';
import type { Step } from '../run/step.ts';

/** AWS runs up to 10,000 at once; here one process runs them all, with as many as AWS lets functions run by default. */
const MOST_AT_ONCE = 1_000;
/** So many children are held ready, with inputs of up to 256 KB. */
const CHILDREN_PER_PAGE = 50;

/** Whether the failures stayed within what the Map tolerates. */
export async function runChildren(step: Step<MapState>, mapRun: MapRunRow): Promise<boolean> {
  const { runtime } = step.run;
  const { executions } = runtime.journal;
  const block = processorOf(step.state);
  const counts = executions.countChildren(mapRun.id);
  const totalItems = sumItems(counts, () => true);
  const openChildren = counts.filter(isOpen).reduce((sum, count) => sum + count.executions, 0);
  let failedItems = sumItems(counts, (count) => !isOpen(count) && count.status !== 'SUCCEEDED');
  let page: ExecutionRow[] = [];
  let lastIndex = -1;
  let isTolerated = tolerates(mapRun, failedItems, totalItems);
  const scope = step.scope.child();

  const next = (): ExecutionRow | undefined => {
    if (page.length === 0) page = executions.runnableChildren(mapRun.id, lastIndex, CHILDREN_PER_PAGE);
    const child = page.shift();
    lastIndex = child?.itemIndex ?? lastIndex;
    return child;
  };
  const worker = async () => {
    while (isTolerated) {
      const child = next();
      if (child === undefined) return;
      const end = await runtime.runExecution(runtime, child, block, scope);
      if (end === 'halted') return;
      if (end !== 'SUCCEEDED') failedItems += child.itemCount ?? 1;
      if (!tolerates(mapRun, failedItems, totalItems)) {
        isTolerated = false;
        scope.cancel(new Interrupted('stopped'));
      }
    }
  };
  const limit = Math.min(mapRun.maxConcurrency || MOST_AT_ONCE, MOST_AT_ONCE, openChildren);
  await Promise.all(Array.from({ length: limit }, worker));
  scope.close();
  step.scope.check();
  return isTolerated;
}

function tolerates({ toleratedCount, toleratedPercentage }: MapRunRow, failed: number, total: number): boolean {
  if (failed === 0) return true;
  if (toleratedCount === null && toleratedPercentage === null) return false;
  if (toleratedCount !== null && failed > toleratedCount) return false;
  return toleratedPercentage === null || (failed / total) * 100 <= toleratedPercentage;
}

function isOpen({ status }: StatusCount): boolean {
  return status === 'PENDING' || status === 'RUNNING';
}

function sumItems(counts: readonly StatusCount[], isMeant: (count: StatusCount) => boolean): number {
  return counts.filter(isMeant).reduce((sum, count) => sum + count.items, 0);
}
