import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from './deployment.ts';

/**
 * The last deployment, kept so that an engine that comes back has its functions again, as AWS does, before the work that
 * a kill interrupted goes on.
 */
export interface DeploymentFile {
  load(): Deployment | undefined;
  save(deployment: Deployment): void;
}

export function createDeploymentFile(dataDir: string): DeploymentFile {
  const path = join(dataDir, 'deployment.json');
  return {
    load: () => (existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Deployment) : undefined),
    save(deployment) {
      const text = JSON.stringify(deployment, null, 2);
      if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
      // Function environments may hold secrets of the stage.
      writeFileSync(`${path}.new`, text, { mode: 0o600 });
      renameSync(`${path}.new`, path);
    },
  };
}
