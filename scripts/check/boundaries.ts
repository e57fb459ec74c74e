/**
 * Imports between packages against the table in .dependency-cruiser.mjs.
 *
 * dependency-cruiser has been seen to look at no module at all and report success (with a TypeScript it did not know), so
 * every source file in the packages must be among the modules it lists.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from './check.ts';
import { runTool } from './run-tool.ts';

interface CruiseResult {
  readonly modules: readonly { readonly source: string; readonly dependencies: readonly unknown[] }[];
  readonly summary: {
    readonly violations: readonly Violation[];
    readonly ruleSetUsed: { readonly forbidden: readonly { readonly name: string; readonly comment?: string }[] };
  };
}

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

export const boundaries: Check = {
  name: 'boundaries',
  async run(root) {
    const { stdout, text } = await runTool(root, 'dependency-cruiser/bin/dependency-cruiser.mjs', [
      'packages',
      ...(existsSync(join(root, 'stacks')) ? ['stacks'] : []),
      '--config',
      '.dependency-cruiser.mjs',
      '--output-type',
      'json',
    ]);
    if (!stdout.startsWith('{')) return { looked: 'nothing', problems: [text] };
    const { modules, summary } = JSON.parse(stdout) as CruiseResult;
    const seen = new Set(modules.map((module) => module.source));
    const missed = sourceFiles(root).filter((file) => !seen.has(file));
    const why = new Map(summary.ruleSetUsed.forbidden.map((rule) => [rule.name, rule.comment]));
    const imports = modules.reduce((sum, module) => sum + module.dependencies.length, 0);
    return {
      looked: `${seen.size} modules, ${imports} imports`,
      problems: [
        ...missed.map((file) => `${file}: not looked at by dependency-cruiser`),
        ...summary.violations.map(({ rule, from, to }) => `${from} → ${to} (${rule.name}: ${why.get(rule.name)})`),
      ],
    };
  },
};

function sourceFiles(root: string): string[] {
  const folders = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/src`);
  return [...folders, 'stacks'].flatMap((folder) => {
    if (!existsSync(join(root, folder))) return [];
    return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.startsWith('node_modules'))
      .map((file) => `${folder}/${file.replaceAll('\\', '/')}`);
  });
}
