import { parseDurationMs } from '@tidemark/domain';
import { type StreamStatus, streamStatus } from '@tidemark/pipeline';
import { Command } from 'commander';
import { CommandFailed } from '../../output/exit-codes.ts';
import { createReporter } from '../../output/reporter.ts';
import { printTable } from '../../output/table.ts';
import { connect, type StageOptions } from '../../stage/connect.ts';
import { streamClients } from '../../stage/stream-clients.ts';
import { awsOption, dataOption, jsonOption, stageOption } from '../shared-options.ts';
import { findStream, streamOption } from './stream-option.ts';

interface Options extends StageOptions {
  readonly stream: string;
  readonly last: string;
  readonly maxLag: string;
  readonly json: boolean;
}

export const statusCommand = () =>
  new Command('status')
    .description('lag of each shard, what became of the events, what waits for a redrive; exit code 4 when something is wrong')
    .addOption(streamOption())
    .option('--last <duration>', 'count what was handled in the last 15m, 2h, 1d', '1h')
    .option('--max-lag <duration>', 'a shard further behind than this is wrong', '5m')
    .addOption(dataOption())
    .addOption(stageOption())
    .addOption(awsOption())
    .addOption(jsonOption())
    .action(async (options: Options) => {
      const reporter = createReporter(options.json);
      const stage = await connect(options);
      const { stream } = await findStream(stage, options.stream);
      const { tips, mappings } = streamClients(stage);
      const deps = { ...stage, ledger: stage.names.bucket('ledger'), tips, mappings, nowMs: Date.now };
      const status = await streamStatus(deps, stream, Date.now() - parseDurationMs(options.last as never));
      const faults = faultsOf(status, parseDurationMs(options.maxLag as never));
      reporter.line(showStatus(status, options.last));
      for (const fault of faults) reporter.line(`! ${fault}`);
      reporter.result({ ...status, faults });
      if (faults.length > 0) throw new CommandFailed(`stream ${stream.name}: ${faults.join('; ')}`);
    });

function faultsOf({ shards, mappings, paused, failures }: StreamStatus, maxLagMs: number): string[] {
  const behind = shards.filter((shard) => shard.behindMs > maxLagMs);
  const off = mappings.filter(({ state }) => state !== 'Enabled');
  return [
    ...(behind.length === 0 ? [] : [`${behind.length} shards are more than ${maxLagMs / 1_000} s behind`]),
    ...(failures.objects === 0 ? [] : [`${failures.objects} batches were given up: \`tidemark stream redrive\``]),
    ...(mappings.length === 0 ? ['nothing takes its records'] : []),
    ...(paused === undefined
      ? off.map(({ id, state }) => `mapping ${id} is ${state}`)
      : [`paused by execution ${paused.owner.execution} of ${paused.owner.machine} since ${paused.claimedAt}`]),
  ];
}

function showStatus(status: StreamStatus, last: string): string {
  const { stream, records, ignored, unreadable, groups, reasons, shards } = status;
  return [
    `Stream ${stream}, last ${last}: ${records.toLocaleString('en-US')} records in, ${ignored} ignored, ${unreadable} unreadable`,
    '',
    printTable(
      ['group', 'events in', 'accepted', 'duplicates', 'quarantined', 'of them late'],
      Object.entries(groups).map(([name, one]) => [name, one.in, one.accepted, one.duplicates, one.quarantined, one.late]),
    ),
    ...Object.entries(reasons).map(([code, count]) => `  ${code} ${count}`),
    '',
    printTable(
      ['shard', '', 'behind ms'],
      shards.map(({ shardId, isOpen, behindMs }) => [shardId, isOpen ? 'open' : 'closed', Math.round(behindMs)]),
    ),
  ].join('\n');
}
