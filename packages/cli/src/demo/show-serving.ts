import type { Reporter } from '../output/reporter.ts';
import { printTable } from '../output/table.ts';
import type { RunningStage } from '../stage/start-stage.ts';

export interface FeatureRow {
  readonly asOf: string;
  readonly features: Readonly<
    Record<string, { readonly value: unknown; readonly eventTime: string | null; readonly status: string }>
  >;
}

/** Asks the API as an application does. */
export async function askFeatures({ engine: { api, token } }: RunningStage, path: string): Promise<FeatureRow> {
  const answer = await fetch(`${api}/features/${path}`, { headers: { authorization: `Bearer ${token}` } });
  const { asOf, rows } = (await answer.json()) as { asOf: string; rows: Pick<FeatureRow, 'features'>[] };
  return { asOf, features: rows[0]?.features ?? {} };
}

export async function showServing(stage: RunningStage, reporter: Reporter, path: string): Promise<void> {
  const { asOf, features } = await askFeatures(stage, path);
  reporter.line(`GET /features/${path}, as of ${asOf}:`);
  reporter.line(
    printTable(
      ['feature', 'value', 'event time', 'status'],
      Object.entries(features).map(([name, { value, eventTime, status }]) => [
        name,
        value === null ? '–' : String(value),
        eventTime ?? '–',
        status,
      ]),
    ),
  );
}
