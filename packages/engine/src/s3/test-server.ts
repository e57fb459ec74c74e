import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { EngineContext } from '../engine-context.ts';
import { type EngineSettings, profiles } from '../settings.ts';
import { createEngineClock, type EngineClock } from '../time/engine-clock.ts';
import { createS3, type S3 } from './s3.ts';

/** S3 behind a bare HTTP server, as the tests beside it use it; it can be stopped and started over the same data. */
export interface TestServer {
  readonly dataDir: string;
  readonly clock: EngineClock;
  readonly log: string[];
  readonly delivered: { readonly functionArn: string; readonly event: unknown }[];
  s3: S3;
  endpoint: string;
  client(config?: S3ClientConfig): S3Client;
  /** Like a kill, as far as files go: nothing is flushed or tidied up. `between` may then touch the files. */
  restart(between?: () => void): Promise<void>;
  close(): Promise<void>;
}

export interface TestServerOptions {
  readonly settings?: Partial<EngineSettings>;
  readonly region?: string;
  readonly random?: () => number;
  readonly deliver?: (functionArn: string, event: unknown) => Promise<void>;
  readonly startDeliveries?: boolean;
}

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 's3-'));
  const clock = createEngineClock();
  const log: string[] = [];
  const delivered: TestServer['delivered'] = [];
  const context: EngineContext = {
    dataDir,
    clock,
    settings: { ...profiles.default, ...options.settings },
    account: '123456789012',
    region: options.region ?? 'eu-west-1',
    random: options.random ?? (() => 0.5),
    log: (line) => void log.push(line),
  };
  const deliver = options.deliver ?? (async (functionArn: string, event: unknown) => void delivered.push({ functionArn, event }));
  const clients: S3Client[] = [];

  const open = async () => {
    const s3 = createS3(context, { deliver });
    if (options.startDeliveries !== false) s3.start();
    const server = http.createServer((message, response) => void s3.handle(message, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { s3, server, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  };
  let running = await open();

  const shut = async () => {
    for (const client of clients.splice(0)) client.destroy();
    running.server.closeAllConnections();
    await new Promise((resolve) => running.server.close(resolve));
    await running.s3.stop();
  };

  const test: TestServer = {
    dataDir,
    clock,
    log,
    delivered,
    s3: running.s3,
    endpoint: running.endpoint,
    client(config = {}) {
      const client = new S3Client({
        endpoint: test.endpoint,
        region: 'eu-west-1',
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
        maxAttempts: 1,
        ...config,
      });
      clients.push(client);
      return client;
    },
    async restart(between) {
      await shut();
      between?.();
      running = await open();
      test.s3 = running.s3;
      test.endpoint = running.endpoint;
    },
    async close() {
      await shut();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return test;
}
