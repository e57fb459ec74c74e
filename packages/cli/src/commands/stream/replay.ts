import { departuresOf } from '@tidemark/features/flights/departures';
import { Command, InvalidArgumentError } from 'commander';
import { CommandFailed } from '../../output/exit-codes.ts';
import { createReporter } from '../../output/reporter.ts';
import { connect, type StageOptions } from '../../stage/connect.ts';
import { type Replayed, replayDay } from '../../stage/replay-day.ts';
import { streamClients } from '../../stage/stream-clients.ts';
import { waiting } from '../../stage/waiting.ts';
import { awsOption, dataOption, jsonOption, stageOption } from '../shared-options.ts';

interface Options extends StageOptions {
  readonly day: string;
  readonly speed: number;
  readonly limit?: number;
  readonly json: boolean;
}

const SHOW_EVERY_MS = 1_000;

export const replayCommand = () =>
  new Command('replay')
    .description('play a real day of departures with its clock moved to now')
    .option('--day <yyyy-mm-dd>', 'day of the data, 2001-01-01 to 2001-07-01', '2001-01-03')
    .option('--speed <number>', 'how many times as fast as it was', parsePositive, 60)
    .option('--limit <count>', 'stop after so many events', parsePositive)
    .addOption(dataOption())
    .addOption(stageOption())
    .addOption(awsOption())
    .addOption(jsonOption())
    .action(async (options: Options) => {
      const reporter = createReporter(options.json);
      const stage = await connect(options);
      const all = await departuresOf(options.day);
      const departures = all.slice(0, options.limit ?? all.length);
      if (departures.length === 0) throw new CommandFailed(`no flight of the data left on ${options.day}`);
      const { kinesis } = streamClients(stage);
      let stopped = false;
      const stop = () => {
        stopped = true;
      };
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
      let shownMs = 0;
      const replayed = await replayDay({ kinesis, waiting }, stage.names.streamName({ name: 'departures' }), departures, {
        speed: options.speed,
        isStopped: () => stopped,
        progress: (now) => {
          if (waiting.nowMs() - shownMs < SHOW_EVERY_MS) return;
          shownMs = waiting.nowMs();
          reporter.progress(`  ${show(now, departures.length)}`);
        },
      });
      reporter.line(`${stopped ? 'Stopped' : 'Played'}: ${show(replayed, departures.length)}`);
      reporter.result({ ...replayed, of: departures.length, stopped });
    });

const show = ({ sent, again, seconds }: Replayed, of: number) =>
  `${sent.toLocaleString('en-US')} of ${of.toLocaleString('en-US')} events in ${seconds.toFixed(0)} s${again > 0 ? `, ${again} sent again` : ''}`;

function parsePositive(text: string): number {
  const number = Number(text);
  if (!(number > 0 && Number.isFinite(number))) throw new InvalidArgumentError('a positive number');
  return number;
}
