/** Run as a process, to be killed: puts records without end and prints each one that was acknowledged. */
import { createTestContext } from '../lambda/lambda.fixture.ts';
import { makeStream, mergeSome, putTexts, splitSome } from './direct.fixture.ts';
import { createKinesis } from './kinesis.ts';

const [dataDir] = process.argv.slice(2);
if (import.meta.main && dataDir) {
  const kinesis = createKinesis(createTestContext({ dataDir }));
  await makeStream(kinesis, 'departures', 2);
  const produce = async (producer: number) => {
    for (let n = 0; ; n += 1) {
      const texts = Array.from({ length: 10 }, (_, at) => ({ text: `${producer}:${n}:${at}`, hash: Math.random() }));
      const placed = await putTexts(kinesis, 'departures', texts);
      process.stdout.write(placed.map(({ text, shardId, sequenceNumber }) => `${shardId} ${sequenceNumber} ${text}\n`).join(''));
    }
  };
  void produce(1);
  void produce(2);
  for (;;) {
    await splitSome(kinesis, 'departures', Math.random(), 0.5);
    await mergeSome(kinesis, 'departures', Math.random());
  }
}
