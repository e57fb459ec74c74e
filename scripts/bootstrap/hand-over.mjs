import { spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';

/** @type {NodeJS.Signals[]} */
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs the script under `node` in the caller's folder and terminal, and ends as it ends: same exit code, same signal.
 * Asynchronous on purpose: a blocked parent cannot pass a signal on, and would leave an orphan behind. For the same reason
 * the scripts in package.json begin with `exec`: npm signals the shell that it starts, and dash passes nothing on.
 * Node keeps its compiled code, without the types, for the next time: a command starts in half the time.
 *
 * @param {{ root: string, node: string, script: string, args: readonly string[] }} options
 * @returns {Promise<void>}
 */
export async function handOver({ root, node, script, args }) {
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH'; // Path on Windows
  const path = [join(root, 'node_modules', '.bin'), dirname(node), process.env[name]].join(delimiter);
  const env = { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node'), ...process.env, [name]: path };
  const child = spawn(node, [script, ...args], { stdio: 'inherit', env });

  const forward = (/** @type {NodeJS.Signals} */ signal) => {
    if (!(signal === 'SIGINT' && hasTerminal())) child.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);

  const [code, signal] = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (...outcome) => resolve(outcome));
  });

  for (const signal of FORWARDED) process.off(signal, forward);
  if (signal === null) process.exitCode = code;
  else process.kill(process.pid, signal);
}

/** Ctrl-C in a terminal reaches the script by itself; passing it on would make it two, which many take for "at once". */
function hasTerminal() {
  return process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
}
