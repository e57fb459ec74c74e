import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../scripts/bootstrap/project-root.mjs';
import { findForbiddenText, forbiddenText, TEXT_RULES } from '../../scripts/check/forbidden-text.ts';

/** Put together here, so that the test itself names no registry. */
const registry = ['registry', 'npmjs', 'org'].join('.');
const otherRegistry = ['registry', 'example', 'org'].join('.');

const found = (path: string, text: string) => findForbiddenText([{ path, text }]);

describe('forbidden text', () => {
  it.each([
    { rule: 'no-own-endpoint', path: 'packages/aws/src/client.ts', text: "new S3Client({ endpoint: 'x' })" },
    { rule: 'no-own-endpoint', path: 'packages/functions/src/serve/x.ts', text: 'process.env.AWS_ENDPOINT_URL' },
    { rule: 'no-local-branch', path: 'packages/pipeline/src/x.ts', text: '// in local mode only' },
    { rule: 'no-local-branch', path: 'stacks/api.ts', text: "const host = 'localhost';" },
    { rule: 'no-local-branch', path: 'package.json', text: '"start": "x --host 127.0.0.1"' },
    { rule: 'no-local-branch', path: 'packages/functions/src/x.ts', text: 'if (isLocal) return;' },
    { rule: 'no-registry-host', path: '.npmrc', text: `registry=https://${otherRegistry}/` },
    { rule: 'no-registry-host', path: 'package-lock.json', text: `"resolved": "https://${registry}/x/-/x-1.tgz"` },
    { rule: 'no-machine-path', path: 'README.md', text: 'it lies in /home/someone/tidemark' },
    { rule: 'no-machine-path', path: 'packages/engine/src/x.ts', text: "'/root/.npm'" },
    { rule: 'no-machine-path', path: 'docs/x.md', text: 'C:\\Users\\someone' },
    { rule: 'no-unfinished-mark', path: 'packages/engine/src/x.ts', text: '// TODO: later' },
    { rule: 'no-unfinished-mark', path: 'README.md', text: 'FIXME' },
  ])('$rule is found in $path: $text', ({ rule, path, text }) => {
    expect(found(path, `first line\n${text}\n`)).toEqual([expect.stringContaining(`${path}:2: ${rule}: `)]);
  });

  it('has a planted violation here for every rule', () => {
    expect(TEXT_RULES.map((rule) => rule.name)).toEqual([
      'no-local-branch',
      'no-own-endpoint',
      'no-registry-host',
      'no-machine-path',
      'no-unfinished-mark',
    ]);
  });

  it.each([
    { path: 'packages/engine/src/wire/server.ts', text: "listen(0, '127.0.0.1')" },
    { path: 'packages/cli/src/main.ts', text: 'AWS_ENDPOINT_URL' },
    { path: 'packages/aws/src/client.test.ts', text: "endpoint: 'http://127.0.0.1:1'" },
    { path: 'README.md', text: 'curl http://127.0.0.1:8080' },
    { path: 'packages/domain/src/x.ts', text: 'the local time of the airport; a framework/root/cause; mastodon' },
    { path: 'packages/pipeline/src/x.ts', text: "import x from '../work/list.ts';" },
  ])('nothing is found in $path: $text', ({ path, text }) => {
    expect(found(path, text)).toEqual([]);
  });

  it('is looked for in the files of this repository', async () => {
    const { looked } = await forbiddenText.run(projectRoot);
    expect(Number.parseInt(looked, 10)).toBeGreaterThan(100);
  });
});
