/** A Kinesis behind the real wire server, with the real JS client: over HTTP/2 as it comes, or over HTTP/1.1. */
import { GetRecordsCommand, GetShardIteratorCommand, KinesisClient, ListShardsCommand } from '@aws-sdk/client-kinesis';
import { S3Client } from '@aws-sdk/client-s3';
import { engineCredentials } from '../engine-credentials.ts';
import { createTestContext } from '../lambda/lambda.fixture.ts';
import { createWireServer } from '../wire/wire-server.ts';
import { createKinesis, type Kinesis } from './kinesis.ts';

export type TestContext = ReturnType<typeof createTestContext>;

export interface TestKinesis {
  readonly context: TestContext;
  kinesis: Kinesis;
  /** HTTP/2, the client's default. */
  client: KinesisClient;
  clientOf(protocol: 'h2c' | 'h1'): KinesisClient;
  /** A new Kinesis on the same directory, as after a restart. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

export async function startTestKinesis(changes: Partial<TestContext> = {}): Promise<TestKinesis> {
  const context = createTestContext(changes);
  let clients: KinesisClient[] = [];
  let endpoint = '';
  let stopServer = async () => {};

  const clientOf = (protocol: 'h2c' | 'h1') => {
    const client = new KinesisClient({
      endpoint,
      region: 'us-east-1',
      credentials: engineCredentials,
      maxAttempts: 1,
      // The S3 client's own handler speaks HTTP/1.1.
      ...(protocol === 'h1' ? { requestHandler: new S3Client({ region: 'us-east-1' }).config.requestHandler } : {}),
    });
    clients.push(client);
    return client;
  };
  const open = async () => {
    test.kinesis = createKinesis(context);
    const wire = createWireServer({
      context,
      services: [test.kinesis.service],
      fallback: (_, response) => void response.writeHead(404).end(),
    });
    endpoint = `http://127.0.0.1:${await wire.listen(0)}`;
    stopServer = async () => {
      for (const client of clients) client.destroy();
      clients = [];
      await wire.close();
      await test.kinesis.stop();
    };
    test.client = clientOf('h2c');
  };
  const test: TestKinesis = {
    context,
    kinesis: undefined as unknown as Kinesis,
    client: undefined as unknown as KinesisClient,
    clientOf,
    async reopen() {
      await stopServer();
      await open();
    },
    async close() {
      await stopServer();
      context[Symbol.dispose]();
    },
  };
  await open();
  return test;
}

export const shardIds = async (client: KinesisClient, StreamName: string): Promise<string[]> =>
  ((await client.send(new ListShardsCommand({ StreamName }))).Shards ?? []).map(({ ShardId }) => ShardId as string);

export type IteratorStart = Pick<
  ConstructorParameters<typeof GetShardIteratorCommand>[0],
  'ShardIteratorType' | 'StartingSequenceNumber' | 'Timestamp'
>;

export async function iteratorOf(
  client: KinesisClient,
  StreamName: string,
  ShardId: string,
  start: IteratorStart = { ShardIteratorType: 'TRIM_HORIZON' },
): Promise<string> {
  const { ShardIterator } = await client.send(new GetShardIteratorCommand({ StreamName, ShardId, ...start }));
  return ShardIterator as string;
}

/** All texts from an iterator to the tip or the shard's end. */
export async function readTexts(client: KinesisClient, iterator: string, Limit?: number): Promise<string[]> {
  const texts: string[] = [];
  for (let next: string | undefined = iterator; next !== undefined; ) {
    const answer: Awaited<ReturnType<typeof get>> = await get(client, next, Limit);
    texts.push(...(answer.Records ?? []).map(({ Data }) => Buffer.from(Data as Uint8Array).toString()));
    if (answer.Records?.length === 0 && answer.MillisBehindLatest === 0) break;
    next = answer.NextShardIterator;
  }
  return texts;
}

const get = (client: KinesisClient, ShardIterator: string, Limit?: number) =>
  client.send(new GetRecordsCommand({ ShardIterator, Limit }));
