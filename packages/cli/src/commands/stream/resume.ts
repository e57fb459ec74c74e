import { loadPause, resumeStream } from '@tidemark/pipeline';
import { Command } from 'commander';
import { CommandFailed } from '../../output/exit-codes.ts';
import { createReporter } from '../../output/reporter.ts';
import { connect, type StageOptions } from '../../stage/connect.ts';
import { pauseDependencies, streamClients } from '../../stage/stream-clients.ts';
import { awsOption, dataOption, jsonOption, stageOption } from '../shared-options.ts';
import { findStream, streamOption } from './stream-option.ts';

export const resumeCommand = () =>
  new Command('resume')
    .description('let a stream go on whose pause has outlived its execution')
    .addOption(streamOption())
    .addOption(dataOption())
    .addOption(stageOption())
    .addOption(awsOption())
    .addOption(jsonOption())
    .action(async (options: StageOptions & { readonly stream: string; readonly json: boolean }) => {
      const reporter = createReporter(options.json);
      const stage = await connect(options);
      const { stream } = await findStream(stage, options.stream);
      const deps = pauseDependencies(stage, streamClients(stage));
      const { pause } = await loadPause(deps, stream);
      if (pause === undefined) {
        reporter.line(`Stream ${stream.name} is not paused.`);
        return reporter.result({ resumed: false });
      }
      const { machine, execution } = pause.owner;
      if ((await stage.executions.status(machine, execution)) === 'RUNNING')
        throw new CommandFailed(`execution ${execution} of ${machine} runs and resumes the stream by itself: stop it first`);
      reporter.result(await resumeStream(deps, stream, pause.owner));
      reporter.line(`Stream ${stream.name} goes on.`);
    });
