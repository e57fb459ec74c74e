import { readFileSync } from 'node:fs';
import { topology } from '@tidemark/functions/topology';
import { expect, test } from 'vitest';
import { type AllCounts, idleDay, sum, type Work, workCosts } from '../../scripts/costs/compute-costs.ts';
import counts from '../../scripts/costs/counts.json' with { type: 'json' };
import { prices, pricesOf } from '../../scripts/costs/prices.ts';
import { printCosts } from '../../scripts/costs/print-page.ts';

const all = counts as AllCounts;
const works: readonly Work[] = ['rows', 'events', 'reads', 'labels'];

test('the page is what the counts, the topology and the prices give', () => {
  expect(readFileSync(new URL('../../docs/costs.md', import.meta.url), 'utf8')).toBe(printCosts());
});

test('every price has a date, a unit and a page', () => {
  expect(pricesOf).toMatch(/^\d{4}-\d\d-\d\d$/);
  for (const { dollars, per, page } of Object.values(prices)) {
    expect(dollars).toBeGreaterThan(0);
    expect([per, page].every((text) => text.length >= 3)).toBe(true);
  }
});

test.each(works)('the work of %s was counted, and its sum is that of its items', (work) => {
  expect(all[work].units).toBeGreaterThan(0);
  const items = workCosts(work, all[work]);
  expect(items.length).toBeGreaterThan(5);
  expect(sum(items)).toBeCloseTo(
    items.reduce((total, { quantity, price }) => total + quantity * prices[price].dollars, 0),
    9,
  );
});

test('twice the calls for as many units cost twice as much', () => {
  const { rows } = all;
  const priceOf = (transitions: number) =>
    workCosts('rows', { ...rows, transitions }).find(({ price }) => price === 'transition')?.dollars ?? 0;
  expect(priceOf(2 * rows.transitions)).toBeCloseTo(2 * priceOf(rows.transitions), 12);
});

test('every scheduled machine is in the idle day', () => {
  const scheduled = topology.schedules.flatMap(({ name, target }) => ('machine' in target ? [name] : []));
  expect(Object.keys(all.schedules).sort()).toEqual(scheduled.sort());
  const items = idleDay(all);
  expect(items.map(({ price }) => price)).toEqual(expect.arrayContaining(['keyMonth', 'shardHour', 'transition', 'alarmMonth']));
  expect(sum(items)).toBeGreaterThan(1);
});
