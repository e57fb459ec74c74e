import { Command } from 'commander';
import { runDemo } from '../demo/run-demo.ts';
import { createReporter } from '../output/reporter.ts';
import { apiPortOption, dataOption, jsonOption, portOption } from './shared-options.ts';
import { waitForStop } from './wait-for-stop.ts';

interface Options {
  readonly data: string;
  readonly port: number;
  readonly apiPort: number;
  readonly once: boolean;
  readonly full: boolean;
  readonly reset: boolean;
  readonly anchor?: string;
  readonly json: boolean;
}

export const demoCommand = () =>
  new Command('demo')
    .description('the main job on real flights: files in, features served, a training set built (npm start)')
    .option('--once', 'stop after the job', false)
    .option('--full', 'all six months instead of the first week', false)
    .option('--anchor <yyyy-mm-dd>', 'date to which 2001-01-01 is moved (default: so that the last day is a recent one)')
    .option('--reset', 'forget the data of earlier runs', false)
    .addOption(dataOption())
    .addOption(portOption())
    .addOption(apiPortOption())
    .addOption(jsonOption())
    .action(async (options: Options) => {
      const reporter = createReporter(options.json);
      const stage = await runDemo(options, reporter);
      if (!options.once) await waitForStop();
      await stage.stop();
    });
