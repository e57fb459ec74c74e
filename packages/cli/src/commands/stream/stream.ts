import { Command } from 'commander';
import { rebuildCommand, redriveCommand } from './rebuild.ts';
import { replayCommand } from './replay.ts';
import { resumeCommand } from './resume.ts';
import { statusCommand } from './status.ts';

export const streamCommand = () =>
  new Command('stream')
    .description('events in real time: play a day, look at the lag, take up what failed, make states again')
    .addCommand(replayCommand())
    .addCommand(statusCommand())
    .addCommand(redriveCommand())
    .addCommand(rebuildCommand())
    .addCommand(resumeCommand());
