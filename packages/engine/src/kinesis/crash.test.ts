import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { createTestContext } from '../lambda/lambda.fixture.ts';
import { listed, putTexts, textsFrom } from './direct.fixture.ts';
import { createKinesis } from './kinesis.ts';

test('kill -9 in the midst of puts, splits and merges: what was acknowledged is there, once, under its number', async () => {
  using context = createTestContext();
  const script = new URL('./crash.fixture.ts', import.meta.url).pathname;
  for (const enough of [30, 200, 1_000]) {
    const child = spawn(process.execPath, [script, `${context.dataDir}/${enough}`], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    let output = '';
    for await (const chunk of child.stdout) {
      output += chunk;
      if (output.split('\n').length > enough) break;
    }
    child.kill('SIGKILL');
    if (child.signalCode === null) await once(child, 'exit');

    const acknowledged = output.slice(0, output.lastIndexOf('\n')).split('\n');
    const kinesis = createKinesis({ ...context, dataDir: `${context.dataDir}/${enough}` });
    const byShard = new Map<string, string[]>();
    for (const { ShardId } of await listed(kinesis, 'departures')) {
      byShard.set(
        ShardId as string,
        await textsFrom(kinesis, 'departures', ShardId as string, { ShardIteratorType: 'TRIM_HORIZON' }, 10_000),
      );
    }
    const all = [...byShard.values()].flat();
    expect(new Set(all).size).toBe(all.length);
    for (const line of acknowledged) {
      const [shardId = '', StartingSequenceNumber, text] = line.split(' ');
      expect(byShard.get(shardId)).toContain(text);
      const start = { ShardIteratorType: 'AT_SEQUENCE_NUMBER' as const, StartingSequenceNumber };
      if (text?.endsWith(':0')) expect((await textsFrom(kinesis, 'departures', shardId, start, 10_000))[0]).toBe(text);
    }
    const [placed] = await putTexts(kinesis, 'departures', [{ text: 'after' }]);
    expect(acknowledged.every((line) => !line.startsWith(`${placed?.shardId} ${placed?.sequenceNumber}`))).toBe(true);
    await kinesis.stop();
  }
}, 60_000);
