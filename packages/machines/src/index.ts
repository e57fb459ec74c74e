export { backfillMachine } from './backfill.ts';
export { buildDatasetMachine } from './build-dataset.ts';
export { ingestMachine } from './ingest.ts';
export { monitorMachine } from './monitor.ts';
export { rebuildWindowsMachine } from './rebuild-windows.ts';
export { restoreMachine } from './restore.ts';
export { snapshotMachine } from './snapshot.ts';
export type { StateMachine } from './states-language.ts';
