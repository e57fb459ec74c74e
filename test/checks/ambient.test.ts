import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../scripts/bootstrap/project-root.mjs';
import { ambient, findAmbient } from '../../scripts/check/ambient.ts';

const found = (text: string) => findAmbient({ path: 'packages/domain/src/x.ts', text });

describe('ambient clock, randomness and environment', () => {
  it.each([
    'const now = Date.now();',
    'const now = new Date();',
    'const now = Date();',
    'const one = Math.random();',
    'const name = process.env.STAGE;',
    'const { env } = process;',
    'const settings = { env: process };',
    'const started = performance.now();',
    'setTimeout(work, 10);',
    'const id = crypto.randomUUID();',
    "import { randomUUID } from 'node:crypto';",
    "import { createHash, randomBytes as bytes } from 'node:crypto';",
    "import { setTimeout as sleep } from 'node:timers/promises';",
    "import { hostname } from 'node:os';",
    'const key = globalThis.process;',
    'const signal = AbortSignal.timeout(10);',
  ])('is found: %s', (line) => {
    expect(found(`export const a = 1;\n${line}\n`)[0]).toMatch(/^packages\/domain\/src\/x\.ts:2: /);
  });

  it.each([
    'const then = new Date(ms);',
    'const day = Date.UTC(2001, 0, 1);',
    '// Date.now() would be wrong here',
    "const text = 'process.env.STAGE';",
    "import { createHash } from 'node:crypto';",
    'export interface Step { readonly process: () => void; readonly performance: number }',
    'const step = { process: 1 };',
    'const y = step.process;',
    'export function run(now: () => number, random: () => number) { return now() + random(); }',
  ])('is not found: %s', (line) => {
    expect(found(line)).toEqual([]);
  });

  it('is looked for in all four pure packages', async () => {
    const { looked } = await ambient.run(projectRoot);
    expect(Number.parseInt(looked, 10)).toBeGreaterThan(20);
  });
});
