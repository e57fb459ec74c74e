/** `compare.ts URL FOLDER`: the same cases on a running Trino and in the oracle. Ends with 1 at the first difference. */
import { deepStrictEqual, ok } from 'node:assert';
import { DuckDBInstance } from '@duckdb/node-api';
import { expectedRows, expectedSnapshot, pointInTimeScenario, type Scenario, snapshotCase } from '@tidemark/testing';
import fc from 'fast-check';
import { largeScenario } from './large-scenario.ts';
import { answerOnTrino, inIceberg, publishAsIceberg, publishScenario } from './scenario-on-trino.ts';
import { snapshotOnTrino } from './snapshot-on-trino.ts';

const [url, folder] = process.argv.slice(2) as [string, string];
const seed = Number(process.env.FAST_CHECK_SEED ?? Math.trunc(Math.random() * 2 ** 31));
const cases = Number(process.env.TRINO_CASES ?? 60);
/** One case of so many is copied into Iceberg tables as well, which takes longer than to ask. */
const ICEBERG_EVERY = 3;
const DAY_NS = 86_400_000_000_000n;

const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();

console.log(`${cases} generated cases (FAST_CHECK_SEED=${seed})`);
const snapshots = fc.sample(snapshotCase, { seed, numRuns: cases });
const equal = { labels: 0, records: 0, inIceberg: 0 };
for (const [at, scenario] of fc.sample(pointInTimeScenario, { seed, numRuns: cases }).entries()) {
  const schema = `case_${at}`;
  const [asked] = snapshots.slice(at) as [(typeof snapshots)[number]];
  const [rows, records] = [expectedRows(scenario), expectedSnapshot(scenario, asked)];
  try {
    await publishScenario(url, connection, folder, schema, scenario);
    deepStrictEqual((await answerOnTrino(url, schema, scenario)).rows, rows);
    deepStrictEqual(await snapshotOnTrino(url, schema, scenario, asked), records);
    if (at % ICEBERG_EVERY === 0) {
      await publishAsIceberg(url, schema, scenario);
      deepStrictEqual((await answerOnTrino(url, schema, inIceberg(scenario), 'iceberg')).rows, rows);
      deepStrictEqual(await snapshotOnTrino(url, schema, scenario, asked, 'iceberg'), records);
      equal.inIceberg++;
    }
  } catch (cause) {
    throw new Error(`case ${at} of FAST_CHECK_SEED=${seed} differs`, { cause });
  }
  equal.labels += rows.length;
  equal.records += records.length;
}
console.log(
  `equal: ${equal.labels} labels and ${equal.records} records of snapshots in ${cases} cases, ${equal.inIceberg} of them in Iceberg tables too`,
);

const large = largeScenario(seed);
await publishScenario(url, connection, folder, 'large', large);
const begun = performance.now();
const answered = await answerOnTrino(url, 'large', large);
const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
deepStrictEqual(answered.rows, expectedRows(large));
console.log(`equal: ${answered.rows.length} labels against 200,000 rows of history, query and transfer ${seconds} s`);

const day = lastDay(large);
await publishScenario(url, connection, folder, 'day', day);
await publishAsIceberg(url, 'day', day);
const ofDay = await answerOnTrino(url, 'day', inIceberg(day), 'iceberg');
deepStrictEqual(ofDay.rows, expectedRows(day));
const stored = day.joins[0]?.history.length ?? 0;
const historyRead = ofDay.rowsRead - day.labels.length;
console.log(`equal: ${ofDay.rows.length} labels of a day, for which Iceberg read ${historyRead} of ${stored} rows of history`);
ok(historyRead < stored / 5, 'two or three days of thirty should have been read');
connection.closeSync();
instance.closeSync();

/** The labels of the last day alone, joined to the group that has a greatest age: one day. */
function lastDay({ labels, joins, ...rest }: Scenario): Scenario {
  const dayOf = ({ timeNs }: Scenario['labels'][number]) => Number(timeNs / DAY_NS);
  const last = labels.reduce((latest, label) => Math.max(latest, dayOf(label)), 0);
  return {
    ...rest,
    labels: labels.filter((label) => dayOf(label) === last).map((label, at) => ({ ...label, row: BigInt(at) })),
    joins: joins.slice(1),
  };
}
