import type { Check } from './check.ts';
import { runTool } from './run-tool.ts';

export const biome = toolCheck({
  name: 'biome',
  script: '@biomejs/biome/bin/biome',
  args: ['check', '--error-on-warnings', '--max-diagnostics=20'],
  looked: /checked (\d+) files/i,
});

export const types = toolCheck({
  name: 'tsc',
  script: 'typescript/bin/tsc',
  args: ['-p', '.', '--pretty', 'false', '--diagnostics'],
  looked: /^Files: +(\d+)$/m,
});

/** To be run once SST's platform is there: see stack-types.ts. */
export const stackTypesTool = toolCheck({
  name: 'tsc stacks',
  script: 'typescript/bin/tsc',
  args: ['-p', 'stacks', '--pretty', 'false', '--diagnostics'],
  looked: /^Files: +(\d+)$/m,
});

export const unused = toolCheck({
  name: 'knip',
  script: 'knip/bin/knip.js',
  args: ['--no-progress', '--no-config-hints', '--performance-fn', 'parseFile'],
  looked: /^parseFile +(\d+)/m,
});

interface Tool {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  /** What in the tool's own words tells at how much it looked. */
  readonly looked: RegExp;
}

/** A tool's exit code is its verdict, provided that it says it looked at something. */
function toolCheck({ name, script, args, looked }: Tool): Check {
  return {
    name,
    async run(root) {
      const { exitCode, text } = await runTool(root, script, args);
      const count = looked.exec(text)?.[1];
      if (exitCode === 0 && count !== undefined) return { looked: `${count} files`, problems: [] };
      return { looked: `${count ?? 'no'} files`, problems: withoutStatistics(text) };
    },
  };
}

/** tsc ends with lines such as `Parse time: 0.81s`, knip with a table of times. */
function withoutStatistics(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^[A-Z][\w/ ]*: +[\d.]+\w*$|^Name +size|^-+ +-+|^parseFile /.test(line));
}
