export interface Measured<Value> {
  readonly value: Value;
  readonly seconds: number;
  /** Of this process with all its threads: engine, functions, clients, DuckDB. */
  readonly cpuSeconds: number;
}

/** Wall and CPU time of `work`. On a crowded machine only the second can be compared between runs. */
export async function measure<Value>(work: () => Promise<Value> | Value): Promise<Measured<Value>> {
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  const value = await work();
  const seconds = (performance.now() - startedMs) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { value, seconds, cpuSeconds: (user + system) / 1e6 };
}
