import { topology } from '@tidemark/functions/topology';
import { type AllCounts, assumptions, type Item, idleDay, sum, type Work, workCosts } from './compute-costs.ts';
import counts from './counts.json' with { type: 'json' };
import { type Price, prices, pricesOf } from './prices.ts';

const TITLES: Readonly<Record<Work, string>> = {
  rows: 'A million rows of files',
  events: 'A million events of a stream',
  reads: 'A million requests for one entity',
  labels: 'A million labels of data sets',
};

const dollars = (value: number): string => (value > 0 && value < 0.01 ? '< 0.01' : value.toFixed(2));
const quantity = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3).replace(/\.?0+$/, '');

const table = (items: readonly Item[]): string =>
  [
    '| What | Quantity | Unit | Dollars |',
    '| --- | ---: | --- | ---: |',
    ...items.map(
      (item) => `| ${item.what} | ${quantity(item.quantity)} | ${prices[item.price].per} | ${dollars(item.dollars)} |`,
    ),
    `| **Together** | | | **${dollars(sum(items))}** |`,
  ].join('\n');

const unit = ({ dollars: value }: Price): string => (value < 0.001 ? value.toExponential(3) : String(value));

export function printCosts(): string {
  const all = counts as AllCounts;
  const works = Object.keys(TITLES) as Work[];
  const idle = idleDay(all);
  const { rows, events, reads, labels } = assumptions.cpuSecondsPerUnit;
  return `# Costs

Computed, not written: counts of calls from a run of the engine, memory, schedules, alarms and shards from the topology, and
list prices of us-east-1 as of ${pricesOf}, without free tiers, discounts, taxes and data transfer. Printed by
\`scripts/print-costs.ts\`; a test holds the page against its sources. \`test/costs/count-calls.ts\` makes the counts again.

| | Dollars |
| --- | ---: |
${works.map((work) => `| ${TITLES[work]} | ${dollars(sum(workCosts(work, all[work])))} |`).join('\n')}
| A day on which nothing happens | ${dollars(sum(idle))} |

${works.map((work) => `## ${TITLES[work]}\n\nCounted over ${all[work].units.toLocaleString('en-US')}.\n\n${table(workCosts(work, all[work]))}`).join('\n\n')}

## A day on which nothing happens

${table(idle)}

What was stored costs on top: S3 ${prices.s3GbMonth.dollars} and the online store ${prices.recordGbMonth.dollars} dollars for a GB and a month.
Nothing comes on that day and nothing is there: schedules and their machines run and find nothing to do. Each of them was
counted once so; what functions on a schedule take of Lambda's time and of S3 is below a cent.

## What scales, and what is assumed

- **Rows, events, reads and labels scale linearly**, in files of ${all.rows.units.toLocaleString('en-US')} rows and batches of ${topology.streams.received.batchSize.toLocaleString('en-US')} events. Smaller files and batches
  cost more: a file has its plan, receipt and ${all.rows.transitions} state transitions however small it is, and a shard that is read
  every second gives a batch a second.
- **A data set's query** scans the history of its groups, which grows; here it is that of the counted run, for each label.
- **Records** are at most 1 KB written and 4 KB read. A wide group costs a multiple; a record that grows past it costs a unit more.
- **Lambda's time** is the CPU time of the benchmarks (docs/benchmarks.md), engine and client included, so rather too much:
  ${(rows * 1e6).toFixed(0)} µs a row and an event (${(events * 1e6).toFixed(0)}), ${(labels * 1e6).toFixed(0)} µs a label, ${(reads * 1e3).toFixed(1)} ms a request. Waiting for services is not in it.
- **Reads** are not answered from memory; a view with \`maxStaleness\` reads less.
- **Audit lines** are kept in a log of their own. Here each is brought there by itself, which is the most that can cost; under load
  CloudWatch Logs brings many at once.
- **KMS**: one request in a hundred uses of a key under S3 bucket keys. That SageMaker and Kinesis keep a key for minutes, as
  DynamoDB does, is assumed; if the online store asked KMS for each call, that would be ${dollars(prices.keyRequest.dollars * 1_000_000)} dollars for a million calls more.
- **Feature Store's own writes to S3** are not counted: they depend on how data come. In Glue format it is a file a group and hour of event
  time, in production's Iceberg a file a group and day, and metadata and a call of Glue with each flush.
- **Not in here**: private links into a VPC, CloudFront, KMS and storage of consumers, data transfer, support.

## Prices

A price that is not confirmed could not be looked up when the page was made: look at it before you rely on it.

| Price | Dollars | Page | Confirmed |
| --- | ---: | --- | --- |
${Object.values(prices)
  .map((one) => `| ${one.per} | ${unit(one)} | ${one.page} | ${one.confirmed ? 'yes' : 'no'} |`)
  .join('\n')}
`;
}
