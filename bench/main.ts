/**
 * npm run bench [features] [dataset] [ingest] [stream] [restore] [state] [restore-million]: our figures, each beside a limit
 * measured in the same run.
 *
 * One process holds the engine, the functions (worker threads), the client (a worker thread) and the peers; everything
 * it writes lies in a temporary directory. Rates move with whatever else the machine does: compare ratios.
 */
import { availableParallelism, cpus, loadavg } from 'node:os';
import { benchDataset } from './dataset.ts';
import { benchFeatures } from './features.ts';
import { type Bench, openBench } from './harness/bench-stage.ts';
import { printSection, type Section } from './harness/report.ts';
import { benchIngest } from './ingest.ts';
import { benchRestore, benchRestoreMillion } from './restore.ts';
import { benchStateSize } from './state-size.ts';
import { benchStream } from './stream.ts';

/** In this order: the later ones add history that the others do not expect. */
const benches: Readonly<Record<string, (bench: Bench) => Promise<Section[]>>> = {
  features: benchFeatures,
  dataset: benchDataset,
  ingest: benchIngest,
  stream: benchStream,
  restore: benchRestore,
  state: benchStateSize,
};
/** Too long to run unasked. */
const onRequest: typeof benches = { 'restore-million': benchRestoreMillion };
const all = { ...benches, ...onRequest };

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(all, name));
if (unknown !== undefined) {
  console.error(`there is no benchmark "${unknown}": choose among ${Object.keys(all).join(', ')}`);
  process.exit(2);
}

console.log(
  `Node ${process.version}, ${availableParallelism()} cores of ${cpus()[0]?.model}, load average ${loadavg()[0]?.toFixed(1)} at the start\n`,
);
const bench = await openBench();
try {
  for (const [name, run] of Object.entries(all)) {
    if (asked.length > 0 ? !asked.includes(name) : name in onRequest) continue;
    for (const section of await run(bench)) console.log(`${printSection(section)}\n`);
  }
} finally {
  await bench.close();
}
console.log(`load average ${loadavg()[0]?.toFixed(1)} at the end`);
