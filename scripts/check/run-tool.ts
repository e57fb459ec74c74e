import { execFile } from 'node:child_process';
import { join } from 'node:path';

export interface ToolRun {
  readonly exitCode: number;
  readonly stdout: string;
  /** Both streams, without colours. */
  readonly text: string;
}

/** Runs a JavaScript tool from node_modules under this very Node. */
export function runTool(root: string, script: string, args: readonly string[]): Promise<ToolRun> {
  const env = { ...process.env, FORCE_COLOR: undefined, NO_COLOR: '1' };
  return new Promise((resolve, reject) => {
    const options = { cwd: root, env, maxBuffer: 256 * 1024 * 1024 };
    execFile(process.execPath, [join(root, 'node_modules', script), ...args], options, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(error);
      else resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, text: `${stdout}${stderr}`.trim() });
    });
  });
}
