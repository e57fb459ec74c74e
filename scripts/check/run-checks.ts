import type { Check, Outcome } from './check.ts';

const AT_ONCE = 2;

/** Runs the checks, at most two at a time, and prints a line for each as it ends, then what they found; true when that is nothing. */
export async function runChecks(root: string, checks: readonly Check[], print: (line: string) => void): Promise<boolean> {
  const waiting = [...checks];
  const failed: [Check, Outcome][] = [];
  const worker = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const started = performance.now();
      const outcome = await runCheck(root, check);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      print(
        `${outcome.problems.length === 0 ? 'ok  ' : 'FAIL'}  ${check.name.padEnd(14)} ${seconds.padStart(5)} s  ${outcome.looked}`,
      );
      if (outcome.problems.length > 0) failed.push([check, outcome]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  for (const [check, { problems }] of failed) print(`\n${check.name}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  print(failed.length === 0 ? `\n${checks.length} checks passed` : `\n${failed.length} of ${checks.length} checks failed`);
  return failed.length === 0;
}

async function runCheck(root: string, check: Check): Promise<Outcome> {
  try {
    return await check.run(root);
  } catch (error) {
    return { looked: 'did not finish', problems: [error instanceof Error ? error.message : String(error)] };
  }
}
