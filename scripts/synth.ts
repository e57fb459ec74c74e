/**
 * npm run synth -- --stage <stage>: writes every resource that a deployment of the stage declares to dist/synth/<stage>.json.
 * No account, no network beyond the first install; the same sources give the same bytes.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from './bootstrap/project-root.mjs';
import { printResources, synthesise } from './stacks/synthesise.ts';

const { values } = parseArgs({ options: { stage: { type: 'string' }, out: { type: 'string' } } });
if (values.stage === undefined) {
  console.error('usage: npm run synth -- --stage <stage> [--out file]');
  process.exit(2);
}

const resources = await synthesise({ root: projectRoot, stage: values.stage });
const text = printResources(resources);
const file = values.out ?? join(projectRoot, 'dist/synth', `${values.stage}.json`);
await mkdir(join(file, '..'), { recursive: true });
await writeFile(file, text);
const sha256 = createHash('sha256').update(text).digest('hex').slice(0, 16);
console.log(`${resources.length} resources of stage ${values.stage} in ${relative(process.cwd(), file)}, SHA-256 ${sha256}…`);
