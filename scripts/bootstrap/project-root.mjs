import { fileURLToPath } from 'node:url';

/** The folder of the root package.json, whatever the caller's own folder is. */
export const projectRoot = fileURLToPath(new URL('../../', import.meta.url)).replace(/[\\/]$/, '');
