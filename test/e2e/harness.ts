import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DemoOptions, runDemo } from '@tidemark/cli/demo';
import { createReporter, type Reporter } from '@tidemark/cli/reporter';
import { type RunningStage, type StartOptions, startStage } from '@tidemark/cli/start-stage';

/** A reporter that keeps what a program would have read, and says nothing. */
export function keepingReporter(): Reporter & { readonly results: Record<string, unknown>[] } {
  const results: Record<string, unknown>[] = [];
  return {
    ...createReporter(true),
    progress: () => {},
    result: (value) => void results.push(value as Record<string, unknown>),
    results,
  };
}

export interface DemoRun {
  readonly stage: RunningStage;
  readonly result: DemoResult;
}

export interface DemoResult {
  readonly receipts: { readonly sealed: number; readonly refused: number; readonly unchanged: number };
  readonly rows: { readonly read: number; readonly accepted: number; readonly quarantined: number };
  readonly quarantine: Readonly<Record<string, number>>;
  readonly history: Readonly<Record<string, number>>;
  readonly stream: {
    readonly sent: number;
    readonly accepted: number;
    readonly duplicates: number;
    readonly quarantined: number;
    readonly readableAfterMs: number;
  };
  readonly dataset: { readonly id: string; readonly rows: number; readonly contentHash: string; readonly location: string };
}

export const temporaryDir = (): string => mkdtempSync(join(tmpdir(), 'tidemark-'));
export const removeDir = (dir: string): void => rmSync(dir, { recursive: true, force: true });

/** The main job over a directory, to its end; the stage goes on running. */
export async function runDemoIn(data: string, options: Partial<DemoOptions> = {}): Promise<DemoRun> {
  const reporter = keepingReporter();
  const stage = await runDemo(
    { data, port: 0, apiPort: 0, full: false, reset: false, anchor: '2001-01-01', ...options },
    reporter,
  );
  return { stage, result: reporter.results[0] as unknown as DemoResult };
}

/** For tests that move the clock and are not about schedules: every hour that is passed over would start a monitor. */
export const startWithoutSchedules = (
  options: Pick<StartOptions, 'data' | 'profile'> & Partial<Pick<StartOptions, 'stage' | 'definitions'>>,
): Promise<RunningStage> =>
  startStage({ stage: 'dev', ...options, port: 0, apiPort: 0, adjust: (deployment) => ({ ...deployment, schedules: [] }) });
