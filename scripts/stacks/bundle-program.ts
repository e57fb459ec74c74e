import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { platformDir } from './ensure-platform.ts';

/** What SST's own bundler leaves to its platform folder. */
const EXTERNAL = ['@pulumi/*', '@aws-sdk/*', 'esbuild', 'vite', 'glob', 'undici', 'archiver', 'prettier'];

const ENTRY = `
import * as pulumi from '@pulumi/pulumi';
import * as mocks from '@pulumi/pulumi/runtime/mocks.js';
import { runProgram } from './scripts/stacks/run-program.ts';
await runProgram({
  pulumi,
  mocks,
  config: () => import('./sst.config.ts'),
  auto: () => import('./.sst/platform/src/auto/run.ts'),
});
`;

/**
 * sst.config.ts, the stacks and the part that runs them, as one module that belongs into `.sst/platform`, where it finds
 * Pulumi. The same sources give the same bytes: they are the key under which results may be kept.
 */
export async function bundleProgram(root: string, definitions?: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    stdin: { contents: ENTRY, resolveDir: root, sourcefile: 'synth-entry.ts', loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    external: EXTERNAL,
    inject: [join(platformDir(root), 'src/shim/run.js')],
    define: { $dev: 'false', $app: 'globalThis.$app', $cli: 'globalThis.$cli' },
    banner: { js: "import{createRequire as __tmRequire}from'node:module';const require=__tmRequire(import.meta.url);" },
    logLevel: 'silent',
    nodePaths: [join(platformDir(root), 'node_modules'), join(root, 'node_modules')],
    tsconfigRaw: '{}',
    plugins: [providersInScope(root), ...(definitions === undefined ? [] : [otherDefinitions(definitions)])],
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

/** SST's CLI makes `sst` and `aws` visible in every file of the project; here they are imported into it. */
function providersInScope(root: string): Plugin {
  const platform = platformDir(root);
  return {
    name: 'providers-in-scope',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (!path.startsWith(join(root, 'stacks/')) && path !== join(root, 'sst.config.ts')) return undefined;
        const imports = `import*as sst from ${JSON.stringify(join(platform, 'src/components/index.ts'))};import*as aws from'@pulumi/aws';`;
        return { contents: imports + (await readFile(path, 'utf8')), loader: 'ts' };
      });
    },
  };
}

const otherDefinitions = (definitions: string): Plugin => ({
  name: 'other-definitions',
  setup({ onResolve }) {
    onResolve({ filter: /^@tidemark\/features$/ }, ({ importer }) =>
      importer === definitions ? undefined : { path: definitions },
    );
  },
});
