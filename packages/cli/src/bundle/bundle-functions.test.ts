import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { bundleFunctions, type FunctionEntry } from './bundle-functions.ts';
import { unchangedBundles } from './bundle-inputs.ts';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const made: string[] = [];

afterEach(async () => {
  for (const folder of made.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function checkout(files: Record<string, string> = {}): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'tidemark-bundle-'));
  made.push(root);
  const all = {
    'packages/features/package.json': '{"name":"@tidemark/features","type":"module","exports":"./src/index.ts"}',
    'packages/features/src/index.ts': "export const group: string = 'shipped';",
    'src/hello.ts': "import { group } from '@tidemark/features';\nexport const handler = async () => group;",
    'src/other.ts': "import { inner } from './inner.ts';\nexport const handler = async () => inner();",
    'src/inner.ts': 'export class LateError extends Error {}\nexport const inner = () => new LateError("x").constructor.name;',
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  await mkdir(join(root, 'node_modules/@tidemark'), { recursive: true });
  await symlink(join(root, 'packages/features'), join(root, 'node_modules/@tidemark/features'), 'dir');
  return root;
}

const hello = { name: 'hello', entry: 'src/hello.ts' };
const other = { name: 'other', entry: 'src/other.ts' };

async function bundle(root: string, functions: FunctionEntry[], definitions?: string) {
  const outDir = join(root, 'dist/functions');
  const manifest = await bundleFunctions({ root, outDir, functions, ...(definitions === undefined ? {} : { definitions }) });
  const call = async (name: string) => (await import(pathToFileURL(join(outDir, name, 'index.mjs')).href)).handler();
  return { manifest, outDir, call };
}

describe('bundleFunctions', () => {
  it('writes one runnable module per function and a manifest with the SHA-256 and size of its bytes', async () => {
    const { manifest, outDir, call } = await bundle(await checkout(), [other, hello]);

    expect(await call('hello')).toBe('shipped');
    expect(JSON.parse(await readFile(join(outDir, 'manifest.json'), 'utf8'))).toEqual(manifest);
    expect(Object.keys(manifest.functions)).toEqual(['hello', 'other']);
    const bytes = await readFile(join(outDir, 'hello/index.mjs'));
    expect(manifest.functions.hello).toEqual({
      entry: 'src/hello.ts',
      file: 'hello/index.mjs',
      handler: 'index.handler',
      sha256: createHash('sha256').update(bytes).digest('hex'),
      sizeBytes: bytes.byteLength,
    });
  });

  it('gives the same bytes in another checkout, whatever else is bundled, without a path of the machine in them', async () => {
    const [one, two] = [await checkout(), await checkout()];
    const first = await bundle(one, [hello, other]);
    const second = await bundle(two, [other]);

    expect(second.manifest.functions.other).toEqual(first.manifest.functions.other);
    expect(await readFile(join(one, 'dist/functions/other/index.mjs'), 'utf8')).not.toContain(tmpdir());
  });

  it('keeps the names of error classes through minification', async () => {
    const { call } = await bundle(await checkout(), [other]);
    expect(await call('other')).toBe('LateError');
  });

  it('leaves an unchanged bundle untouched and rewrites a changed one', async () => {
    const root = await checkout();
    const { outDir } = await bundle(root, [hello, other]);
    const longAgo = new Date(0);
    for (const name of ['hello', 'other']) await utimes(join(outDir, name, 'index.mjs'), longAgo, longAgo);
    await writeFile(join(root, 'src/inner.ts'), 'export const inner = () => 2;');
    await bundle(root, [hello, other]);

    expect((await stat(join(outDir, 'hello/index.mjs'))).mtime).toEqual(longAgo);
    expect((await stat(join(outDir, 'other/index.mjs'))).mtime).not.toEqual(longAgo);
  });

  it('removes a function that is no longer asked for', async () => {
    const root = await checkout();
    const { outDir } = await bundle(root, [hello, other]);
    await bundle(root, [other]);
    await expect(stat(join(outDir, 'hello'))).rejects.toThrow('ENOENT');
  });

  it('puts other definitions in the place of @tidemark/features, which may extend the shipped ones', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'tidemark-definitions-'));
    made.push(elsewhere);
    const definitions = join(elsewhere, 'mine.ts');
    await writeFile(
      definitions,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder belongs to the module that is written
      "import { group as shipped } from '@tidemark/features';\nexport const group = `mine over ${shipped}`;",
    );
    const { call } = await bundle(await checkout(), [hello], definitions);
    expect(await call('hello')).toBe('mine over shipped');
  });

  it('is not needed again while nothing changed: neither a source nor the request nor a bundle', async () => {
    const root = await checkout();
    const { manifest, outDir } = await bundle(root, [hello, other]);
    const request = { root, outDir, functions: [hello, other] };
    expect(unchangedBundles(request)).toEqual(manifest);
    expect(unchangedBundles({ ...request, functions: [hello] })).toBeUndefined();

    const source = await readFile(join(root, 'src/inner.ts'));
    await writeFile(join(root, 'src/inner.ts'), 'export const inner = () => 2;');
    expect(unchangedBundles(request)).toBeUndefined();
    await writeFile(join(root, 'src/inner.ts'), source);
    expect(unchangedBundles(request)).toEqual(manifest);

    await writeFile(join(outDir, 'hello/index.mjs'), '');
    expect(unchangedBundles(request)).toBeUndefined();
  });

  it('lets CommonJS code require what Node brings', async () => {
    const root = await checkout({
      'src/old.ts': "import old from './old.cjs';\nexport const handler = async () => old.separator;",
      'src/old.cjs': "module.exports = { separator: require('node:path').posix.sep };",
    });
    const { call } = await bundle(root, [{ name: 'old', entry: 'src/old.ts' }]);
    expect(await call('old')).toBe('/');
  });

  it.each([
    {
      why: 'no handler',
      text: 'export const handle = 1;',
      says: /function bad: src\/bad\.ts must export `handler`; it exports handle/,
    },
    {
      why: 'an import that does not exist',
      text: "import './nowhere.ts';",
      says: /src\/bad\.ts:1:8: Could not resolve "\.\/nowhere\.ts"/,
    },
    {
      why: 'a warning in our code',
      text: 'export const handler = async (x: unknown) => typeof x === "nummber";',
      says: /built with warnings:\n {2}src\/bad\.ts:1/,
    },
  ])('refuses an entry with $why, by name, and writes nothing', async ({ text, says }) => {
    const root = await checkout({ 'src/bad.ts': text });
    await expect(bundle(root, [hello, { name: 'bad', entry: 'src/bad.ts' }])).rejects.toThrow(says);
    await expect(stat(join(root, 'dist'))).rejects.toThrow('ENOENT');
  });

  it('bundles an SDK client from this repository into code that Node can load, with credentials from the environment alone', async () => {
    const root = await checkout({
      'src/sdk.ts':
        "import { SFNClient } from '@aws-sdk/client-sfn';\nexport const handler = async () => new SFNClient({ region: 'us-east-1' }).config.serviceId;",
    });
    await symlink(join(repository, 'node_modules/@aws-sdk'), join(root, 'node_modules/@aws-sdk'), 'dir');
    const { call, outDir } = await bundle(root, [{ name: 'sdk', entry: 'src/sdk.ts' }]);
    expect(await call('sdk')).toBe('SFN');
    const code = await readFile(join(outDir, 'sdk/index.mjs'), 'utf8');
    expect(code).toContain('AWS_SESSION_TOKEN');
    for (const source of ['AssumeRole', 'SSOOIDC', 'AWS_CONTAINER_CREDENTIALS_FULL_URI']) expect(code).not.toContain(source);
  });
});
