import { copyFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mayImport } from '../../.dependency-cruiser.mjs';
import { projectRoot } from '../../scripts/bootstrap/project-root.mjs';
import { boundaries } from '../../scripts/check/boundaries.ts';
import { plantCheckout } from './planted.ts';

const packages = Object.keys(mayImport) as (keyof typeof mayImport)[];

/** All packages of the table, each with an empty index, plus the given files; imports by name resolve as in a real install. */
function checkout(files: Record<string, string>): string {
  const root = plantCheckout({
    'package.json': '{"type":"module"}',
    ...Object.fromEntries(
      packages.flatMap((name) => [
        [
          `packages/${name}/package.json`,
          JSON.stringify({ name: `@tidemark/${name}`, type: 'module', exports: './src/index.ts' }),
        ],
        [`packages/${name}/src/index.ts`, 'export const x = 1;'],
      ]),
    ),
    ...files,
  });
  for (const name of packages) symlinkSync(join(root, 'packages', name), join(root, 'node_modules/@tidemark', name), 'dir');
  for (const file of ['.dependency-cruiser.mjs', 'tsconfig.json']) copyFileSync(join(projectRoot, file), join(root, file));
  return root;
}

const found = async (files: Record<string, string>) => (await boundaries.run(checkout(files))).problems;

describe('boundaries between packages', { timeout: 60_000 }, () => {
  it('let every pair of the table through and refuse every other pair', async () => {
    const pairs = packages.flatMap((from) => packages.filter((to) => to !== from).map((to) => ({ from, to })));
    const files = Object.fromEntries(
      pairs.map(({ from, to }) => [
        `packages/${from}/src/use-${to}.ts`,
        `import type { x } from '@tidemark/${to}';\nexport type Y = typeof x;`,
      ]),
    );
    const refused = pairs.filter(({ from, to }) => !(mayImport[from] as readonly string[]).includes(to));

    const problems = await found(files);

    expect(refused.length).toBeGreaterThan(packages.length);
    expect(problems.map((problem) => problem.split(' (')[0]).sort()).toEqual(
      refused.map(({ from, to }) => `packages/${from}/src/use-${to}.ts → packages/${to}/src/index.ts`).sort(),
    );
  });

  it('refuse what no pair of the table can make right', async () => {
    const planted = [
      // a relative path into another package, though the table allows the pair
      { rule: 'across-packages-by-name', file: 'packages/sql/src/relative.ts', imports: '../../domain/src/index.ts' },
      { rule: 'sdk-only-in-adapters', file: 'packages/pipeline/src/sdk.ts', imports: '@aws-sdk/client-sfn' },
      { rule: 'pure-without-input-output', file: 'packages/domain/src/file.ts', imports: 'node:fs' },
      { rule: 'pure-without-input-output', file: 'packages/features/src/flights/groups.ts', imports: 'node:fs/promises' },
      { rule: 'tests-stay-out', file: 'packages/sql/src/ships.ts', imports: './x.test.ts' },
      { rule: 'resolves', file: 'packages/sql/src/nothing.ts', imports: './nowhere.ts' },
      { rule: 'layer-stacks', file: 'stacks/engine.ts', imports: '@tidemark/engine' },
      { rule: 'stacks-see-the-topology', file: 'stacks/handler.ts', imports: '@tidemark/functions' },
      { rule: 'sdk-only-in-adapters', file: 'stacks/sdk.ts', imports: '@aws-sdk/client-sfn' },
      { rule: 'policies-stand-alone', file: 'stacks/policies/file.ts', imports: 'node:fs' },
      { rule: 'policies-stand-alone', file: 'stacks/policies/resource.ts', imports: '../engine.ts' },
      { rule: 'nothing-imports-the-stacks', file: 'packages/cli/src/deploy.ts', imports: '../../../stacks/engine.ts' },
      { rule: 'package-in-the-table', file: 'packages/novel/src/index.ts', imports: '@tidemark/domain' },
    ];
    const problems = await found({
      'packages/sql/src/x.test.ts': 'export {};',
      ...Object.fromEntries(planted.map(({ file, imports }) => [file, `import '${imports}';`])),
    });

    expect(problems).toHaveLength(planted.length);
    for (const { rule, file } of planted) {
      expect(problems).toContainEqual(expect.stringMatching(new RegExp(`^${file} → .* \\(${rule}: .+\\)$`)));
    }
  });

  it('let a test import whatever it needs, and a script of an example read files', async () => {
    const problems = await found({
      'packages/domain/src/x.test.ts': "import { x } from '@tidemark/testing';\nexport const y = x;",
      'packages/features/src/flights/raw/write-files.ts':
        "import { readFileSync } from 'node:fs';\nexport const y = readFileSync;",
    });
    expect(problems).toEqual([]);
  });

  it('look at every source file there is', async () => {
    const { looked, problems } = await boundaries.run(projectRoot);
    expect(problems.filter((problem) => problem.includes('not looked at'))).toEqual([]);
    expect(Number.parseInt(looked, 10)).toBeGreaterThan(100);
  });
});
