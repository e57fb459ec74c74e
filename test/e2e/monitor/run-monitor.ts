/** A run of the monitor over a stage of this process, the engine's time moved where the machine waits. */
import { createHmac, hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeExecutionCommand, GetExecutionHistoryCommand } from '@aws-sdk/client-sfn';
import type { RunningStage } from '@tidemark/cli/start-stage';
import type { ComparedGroup, Inconsistency, MonitorReport, MonitorRequest } from '@tidemark/pipeline';

const LAST_MS = 10_000;

export interface MonitorOutcome {
  readonly report: MonitorReport;
  readonly found: readonly Inconsistency[];
}

export async function runMonitor(
  stage: RunningStage,
  id: string,
  request: MonitorRequest,
  whileWaiting: () => Promise<void> = async () => {},
): Promise<MonitorOutcome> {
  await stage.executions.start('monitor', id, request);
  const executionArn = `${stage.names.machineArn('monitor').replace(':stateMachine:', ':execution:')}:${id}`;
  const groups = request.groups?.length ?? 0;
  const delayMs = (request.offlineDelaySeconds ?? 0) * 1_000;
  let waited = false;
  for (;;) {
    const { status, output, cause } = await stage.sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (status === 'SUCCEEDED') return outcomeOf(stage, (JSON.parse(output ?? '') as { reportKey: string }).reportKey);
    if (status !== 'RUNNING') throw new Error(`monitor ended as ${status}: ${cause}`);
    const { events = [] } = await stage.sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1_000 }));
    const entered = events.filter((event) => event.stateEnteredEventDetails?.name === 'Wait for the history').length;
    if (!waited && groups > 0 && entered === groups) {
      waited = true;
      await whileWaiting();
      // The delay is the most that a write takes: when it is over, everything has arrived.
      stage.instance.clock.advance(delayMs - LAST_MS);
      await stage.instance.drainOffline();
      stage.instance.clock.advance(LAST_MS);
    }
    await sleep(50);
  }
}

async function outcomeOf(stage: RunningStage, reportKey: string): Promise<MonitorOutcome> {
  const bucket = stage.names.bucket('ledger');
  const read = async (key: string) => Buffer.from((await stage.objects.read({ bucket, key })) ?? []).toString('utf8');
  const report = JSON.parse(await read(reportKey)) as MonitorReport;
  const found: Inconsistency[] = [];
  for (const group of report.groups) {
    if (group.outcome === 'failed') throw new Error(`${group.group} failed: ${group.error}`);
    if (group.findingsKey === undefined) continue;
    for (const line of (await read(group.findingsKey)).split('\n'))
      if (line !== '') found.push(JSON.parse(line) as Inconsistency);
  }
  return { report, found };
}

export const comparedGroup = ({ report }: MonitorOutcome, name: string): ComparedGroup => {
  const group = report.groups.find((one) => one.group === name);
  if (group?.outcome !== 'compared') throw new Error(`${name} was not compared`);
  return group;
};

/** Entity key → how the list of inconsistencies names it. */
export function entityNames(dataDir: string): (entityKey: string) => string {
  const secret = Buffer.from(hkdfSync('sha256', readFileSync(join(dataDir, 'stage-secret')), '', 'audit-key', 32));
  return (entityKey) => createHmac('sha256', secret.toString('base64url')).update(entityKey).digest('base64url').slice(0, 22);
}
