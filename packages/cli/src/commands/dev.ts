import type { ProfileName } from '@tidemark/engine';
import { Command } from 'commander';
import { createReporter } from '../output/reporter.ts';
import { showChanges } from '../output/show.ts';
import { startStage } from '../stage/start-stage.ts';
import { showNextSteps } from './next-steps.ts';
import {
  apiPortOption,
  dataOption,
  definitionsOption,
  jsonOption,
  portOption,
  profileOption,
  stageOption,
} from './shared-options.ts';
import { waitForStop } from './wait-for-stop.ts';

interface Options {
  readonly data: string;
  readonly port: number;
  readonly apiPort: number;
  readonly stage: string;
  readonly profile: ProfileName;
  readonly definitions?: string;
  readonly json: boolean;
}

export const devCommand = () =>
  new Command('dev')
    .description('run the engine with the functions, state machines and API, definitions applied')
    .addOption(dataOption())
    .addOption(portOption())
    .addOption(apiPortOption())
    .addOption(stageOption())
    .addOption(profileOption())
    .addOption(definitionsOption())
    .addOption(jsonOption())
    .action(async (options: Options) => {
      const reporter = createReporter(options.json);
      const stage = await startStage(options);
      const { endpoint, api, token } = stage.engine;
      reporter.result({ ready: true, endpoint, api, token });
      reporter.line(showChanges(stage.changes));
      reporter.line(showNextSteps(stage));
      await waitForStop();
      await stage.stop();
    });
