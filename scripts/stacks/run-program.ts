/**
 * Runs `run()` of sst.config.ts with SST's real components under Pulumi's mocks and prints every resource that it declares.
 * Bundled by bundle-program.ts and run in a process of its own, since SST and Pulumi keep one program per process.
 */
import crypto from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
// @ts-expect-error: resolved by the bundler to SST's platform folder
import * as pulumi from '@pulumi/pulumi';
// @ts-expect-error: the same
import * as mocks from '@pulumi/pulumi/runtime/mocks.js';
import { recordResources } from './record-resources.ts';

const stage = process.env['TIDEMARK_SYNTH_STAGE'] ?? '';
const root = process.env['TIDEMARK_SYNTH_ROOT'] ?? '';

// Names that SST makes unique end in these bytes; no secret is made here.
Object.assign(crypto, { randomBytes: (size: number) => Buffer.alloc(size, 7) });

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => response.end(JSON.stringify({ result: answer(JSON.parse(body)) })));
});
server.listen(0, 'localhost');
await new Promise((resolve) => server.once('listening', resolve));
process.env['SST_SERVER'] = `http://localhost:${(server.address() as AddressInfo).port}`;

/** The two questions that SST's components ask its CLI. */
function answer({ method, params: [input] }: { method: string; params: [{ handler: string; bundle: string }] }) {
  if (method === 'Provider.Aws.Bootstrap') return { asset: 'sst-asset', state: 'sst-state' };
  if (method === 'Runtime.Build') return { handler: input.handler, out: input.bundle, errors: [], sourcemaps: [] };
  throw new Error(`the stacks ask SST for ${method}, which is not answered here`);
}

Object.assign(globalThis, {
  $cli: { command: 'deploy', paths: { root, platform: `${root}/.sst/platform`, work: `${root}/.sst`, home: root }, env: {} },
});
const { default: config } = await import('../../sst.config.ts');
const app = config.app({ stage });
Object.assign(globalThis, { $app: { ...app, stage, removal: app.removal, protect: app.protect ?? false } });

const recorded = recordResources(pulumi, mocks, { app: app.name, stage });
// @ts-expect-error: resolved by the bundler to SST's platform folder
const { run } = await import('../../.sst/platform/src/auto/run.ts');
await pulumi.runtime.runInPulumiStack(() => run(config.run));
await recorded.settled();
server.close();
process.stdout.write(JSON.stringify(recorded.resources()));
