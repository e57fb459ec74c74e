import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the project: bundles are made from its sources, and npm runs scripts there. */
export const projectRoot = resolve(fileURLToPath(import.meta.url), '../../../../..');
