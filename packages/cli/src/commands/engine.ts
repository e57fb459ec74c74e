import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { createEngine, type ProfileName } from '@tidemark/engine';
import { Command } from 'commander';
import { createReporter } from '../output/reporter.ts';
import { apiPortOption, dataOption, jsonOption, portOption, profileOption } from './shared-options.ts';
import { waitForStop } from './wait-for-stop.ts';

interface Options {
  readonly data: string;
  readonly port: number;
  readonly apiPort: number;
  readonly profile: ProfileName;
  readonly json: boolean;
}

export const engineCommand = () =>
  new Command('engine')
    .description('run the bare embedded AWS: nothing is deployed on it')
    .addOption(dataOption())
    .addOption(portOption())
    .addOption(apiPortOption())
    .addOption(profileOption())
    .addOption(jsonOption())
    .action(async ({ data, port, apiPort, profile, json }: Options) => {
      const reporter = createReporter(json);
      mkdirSync(data, { recursive: true });
      const engine = await createEngine({ dataDir: resolve(data), port, apiPort, profile });
      reporter.result({ ready: true, endpoint: engine.endpoint });
      reporter.line(`The engine listens on ${engine.endpoint} over ${data}. Point any AWS SDK at it:`);
      reporter.line(
        `  export AWS_ENDPOINT_URL=${engine.endpoint} AWS_REGION=${engine.region} AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any`,
      );
      reporter.line('Ctrl-C stops it.');
      await waitForStop();
      await engine.stop();
    });
