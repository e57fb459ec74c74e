/** `compare.ts URL FOLDER`: the same cases on a running Trino and in the oracle. Ends with 1 at the first difference. */
import { deepStrictEqual } from 'node:assert';
import { DuckDBInstance } from '@duckdb/node-api';
import { expectedRows, expectedSnapshot, pointInTimeScenario, type Scenario, snapshotCase } from '@tidemark/testing';
import fc from 'fast-check';
import { largeScenario } from './large-scenario.ts';
import { answerOnTrino, publishScenario } from './scenario-on-trino.ts';
import { snapshotOnTrino } from './snapshot-on-trino.ts';

const [url, folder] = process.argv.slice(2) as [string, string];
const seed = Number(process.env.FAST_CHECK_SEED ?? Math.trunc(Math.random() * 2 ** 31));
const cases = Number(process.env.TRINO_CASES ?? 60);

const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();

async function compare(schema: string, scenario: Scenario): Promise<{ labels: number; queryMs: number }> {
  await publishScenario(url, connection, folder, schema, scenario);
  const begun = performance.now();
  const answered = await answerOnTrino(url, schema, scenario);
  const queryMs = performance.now() - begun;
  deepStrictEqual(answered, expectedRows(scenario));
  return { labels: answered.length, queryMs };
}

console.log(`${cases} generated cases (FAST_CHECK_SEED=${seed})`);
const snapshots = fc.sample(snapshotCase, { seed, numRuns: cases });
let labels = 0;
let records = 0;
for (const [at, scenario] of fc.sample(pointInTimeScenario, { seed, numRuns: cases }).entries()) {
  try {
    labels += (await compare(`case_${at}`, scenario)).labels;
    const [asked] = snapshots.slice(at) as [(typeof snapshots)[number]];
    const expected = expectedSnapshot(scenario, asked);
    deepStrictEqual(await snapshotOnTrino(url, `case_${at}`, scenario, asked), expected);
    records += expected.length;
  } catch (cause) {
    throw new Error(`case ${at} of FAST_CHECK_SEED=${seed} differs`, { cause });
  }
}
console.log(`equal: ${labels} labels and ${records} records of snapshots in ${cases} cases`);
const large = await compare('large', largeScenario(seed));
console.log(
  `equal: ${large.labels} labels against 200,000 rows of history, query and transfer ${(large.queryMs / 1_000).toFixed(1)} s`,
);
connection.closeSync();
instance.closeSync();
