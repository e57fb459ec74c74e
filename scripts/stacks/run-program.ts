/**
 * Runs `run()` of sst.config.ts with SST's real components under Pulumi's mocks and prints every resource that it declares.
 * Bundled by bundle-program.ts and run in a process of its own, since SST and Pulumi keep one program per process.
 */
import crypto from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Pulumi, recordResources } from './record-resources.ts';

/** What the bundler finds in SST's platform folder and in the project, loaded once the globals that they read are there. */
export interface Program {
  readonly pulumi: Pulumi;
  readonly mocks: Pulumi;
  config(): Promise<{ default: { app(input: { stage: string }): App; run(): Promise<unknown> } }>;
  auto(): Promise<{ run(program: () => Promise<unknown>): Promise<unknown> }>;
}

interface App {
  readonly name: string;
  readonly removal?: string;
  readonly protect?: boolean;
}

export async function runProgram({ pulumi, mocks, config, auto }: Program): Promise<void> {
  const stage = process.env.TIDEMARK_SYNTH_STAGE ?? '';
  const root = process.env.TIDEMARK_SYNTH_ROOT ?? '';
  // Names that SST makes unique end in these bytes; no secret is made here.
  Object.assign(crypto, { randomBytes: (size: number) => Buffer.alloc(size, 7) });
  const server = await answerSst();
  Object.assign(globalThis, {
    $cli: { command: 'deploy', paths: { root, platform: `${root}/.sst/platform`, work: `${root}/.sst`, home: root }, env: {} },
  });
  const declared = (await config()).default;
  const app = declared.app({ stage });
  Object.assign(globalThis, { $app: { ...app, stage, protect: app.protect ?? false } });

  const recorded = recordResources(pulumi, mocks, { app: app.name, stage });
  const { run } = await auto();
  await pulumi.runtime.runInPulumiStack(() => run(declared.run));
  await recorded.settled();
  server.close();
  process.stdout.write(JSON.stringify(recorded.resources()));
}

/** SST's components ask its CLI over HTTP; one question has an answer here. */
async function answerSst(): Promise<Server> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { method } = JSON.parse(body) as { method: string };
      const known = method === 'Provider.Aws.Bootstrap';
      const error = `the stacks ask SST for ${method}, which is not answered here`;
      response.end(JSON.stringify(known ? { result: { asset: 'sst-asset', state: 'sst-state' } } : { error }));
    });
  });
  server.listen(0, 'localhost');
  await new Promise((resolve) => server.once('listening', resolve));
  process.env.SST_SERVER = `http://localhost:${(server.address() as AddressInfo).port}`;
  return server;
}
