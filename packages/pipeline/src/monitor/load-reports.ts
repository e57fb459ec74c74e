import { loadJson } from '../ledger/json-objects.ts';
import { lastDates, ledgerKeys } from '../ledger/ledger-keys.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Inconsistency } from './finding.ts';
import type { MonitorReport } from './publish-monitor.ts';

/** The reports of the last days; that of the run which began last comes first. */
export async function loadReports(
  objects: ObjectStore,
  ledger: string,
  { nowMs, days }: { readonly nowMs: number; readonly days: number },
): Promise<MonitorReport[]> {
  const reports: MonitorReport[] = [];
  for (const date of lastDates(nowMs, days)) {
    for await (const { key } of objects.list(ledger, ledgerKeys.monitorDay(date))) {
      const report = await loadJson<MonitorReport>(objects, ledger, key);
      if (report !== undefined) reports.push(report);
    }
  }
  return reports.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
}

/** The lines behind a report, of all its groups. */
export async function loadInconsistencies(
  objects: ObjectStore,
  ledger: string,
  { groups }: MonitorReport,
): Promise<Inconsistency[]> {
  const lines: Inconsistency[] = [];
  for (const one of groups) {
    if (one.outcome === 'failed' || one.findingsKey === undefined) continue;
    const body = await objects.read({ bucket: ledger, key: one.findingsKey });
    const text = Buffer.from(body ?? new Uint8Array()).toString('utf8');
    for (const line of text.split('\n')) if (line !== '') lines.push(JSON.parse(line) as Inconsistency);
  }
  return lines;
}
