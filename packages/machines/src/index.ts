export { buildDatasetMachine } from './build-dataset.ts';
export { ingestMachine } from './ingest.ts';
export { rebuildWindowsMachine } from './rebuild-windows.ts';
export type { StateMachine } from './states-language.ts';
