import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { errorRegistry } from './errors.ts';

const packages = fileURLToPath(new URL('../..', import.meta.url));
const codes = Object.keys(errorRegistry).sort();
/** Packages whose code throws or returns codes of the registry. */
const SOURCES = ['domain', 'sql', 'pipeline', 'aws', 'functions', 'cli', 'machines'];
/** Calls that take a code as their first argument. */
const THROWN = /(?:new TidemarkError|refuse|refusal|refused)\(\s*'([A-Z_]+)'/g;

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.includes('.test.'))
    .map((entry) => join(entry.parentPath, entry.name));
}

test('every code of the registry is documented, and nothing else is', () => {
  const page = readFileSync(join(packages, '../docs/errors.md'), 'utf8');
  const documented = [...page.matchAll(/^\| `([A-Z_]+)` \| (.+?) \|.*\| (.+) \|$/gm)].map((row) => ({
    code: row[1],
    meaning: row[3],
  }));
  expect(documented.map(({ code }) => code).sort()).toEqual(codes);
  for (const { code, meaning } of documented) expect(meaning).toBe(errorRegistry[code as keyof typeof errorRegistry].meaning);
});

test('every code of the registry is used in the source, and the source uses no other', () => {
  const text = SOURCES.flatMap((name) => sourceFiles(join(packages, name, 'src')))
    .filter((file) => !file.endsWith('domain/src/errors.ts'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const thrown = new Set([...text.matchAll(THROWN)].map((match) => match[1]));
  expect([...thrown].filter((code) => !codes.includes(code ?? ''))).toEqual([]);
  expect(codes.filter((code) => !text.includes(`'${code}'`))).toEqual([]);
});
