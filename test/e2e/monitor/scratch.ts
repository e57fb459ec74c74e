import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeExecutionCommand, GetExecutionHistoryCommand } from '@aws-sdk/client-sfn';
import { temporaryDir } from '../harness.ts';
import { GROUP, hourOf, plantedStage } from './planted-stage.ts';

const data = temporaryDir();
console.log(data);
const bed = await plantedStage(data, 'default');
const { stage } = bed;
console.log('started', Date.now());
await bed.put([hourOf('A', bed.hoursAgo(3))]);
await stage.executions.start('monitor', 'x', { scope: 'recent', groups: [GROUP], offlineDelaySeconds: 1200 });
const executionArn = `${stage.names.machineArn('monitor').replace(':stateMachine:', ':execution:')}:x`;
for (let i = 0; i < 40; i++) {
  const { status, output, cause } = await stage.sfn.send(new DescribeExecutionCommand({ executionArn }));
  const { events = [] } = await stage.sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }));
  console.log(
    status,
    cause,
    output,
    events.map((e) => e.stateEnteredEventDetails?.name ?? e.type).join(' > '),
    JSON.stringify(events.filter((e) => /Fail/.test(e.type ?? ''))),
  );
  if (status !== 'RUNNING') break;
  if (i === 10) {
    stage.instance.clock.advance(1_200_000);
    await stage.instance.drainOffline();
  }
  await sleep(500);
}
await stage.stop();
process.exit(0);
