import { expect, test } from 'vitest';
import { confidenceInterval } from './confidence.ts';

test.each([
  // Values of R: binom.test(k, n)$conf.int
  { good: 0, of: 10, low: 0, high: 0.3084971 },
  { good: 10, of: 10, low: 0.6915029, high: 1 },
  { good: 8, of: 10, low: 0.4439045, high: 0.9747893 },
  { good: 99, of: 100, low: 0.9455406, high: 0.9997469 },
  { good: 50, of: 100, low: 0.3983211, high: 0.6016789 },
])('$good of $of lies between $low and $high', ({ good, of, low, high }) => {
  const bounds = confidenceInterval(good, of);
  expect(bounds.low).toBeCloseTo(low, 6);
  expect(bounds.high).toBeCloseTo(high, 6);
});

test('of nothing nothing is known', () => {
  expect(confidenceInterval(0, 0)).toEqual({ low: 0, high: 1 });
});

/** P(X = k) for every k, exactly summed: a simulation without chance. */
function distribution(n: number, p: number): number[] {
  const terms = [n * Math.log1p(-p)];
  for (let k = 1; k <= n; k++) terms.push((terms[k - 1] as number) + Math.log((n - k + 1) / k) + Math.log(p) - Math.log1p(-p));
  return terms.map(Math.exp);
}

test.each([0.5, 0.9, 0.97, 0.99, 0.995, 0.999])('at a true share of %d it covers that at least 95 times of 100', (share) => {
  for (const n of [5, 20, 100, 500]) {
    const covered = distribution(n, share).reduce((sum, probability, good) => {
      const { low, high } = confidenceInterval(good, n);
      return low <= share && share <= high ? sum + probability : sum;
    }, 0);
    expect([n, covered >= 0.95 - 1e-9]).toEqual([n, true]);
  }
});

test('of 100 samples at a true 99.5 % the plain rate is under 99 % nine times of 100, the upper bound two times of 1,000', () => {
  const chance = distribution(100, 0.995);
  const sum = (fires: (good: number) => boolean) => chance.reduce((all, one, good) => (fires(good) ? all + one : all), 0);
  expect(sum((good) => good / 100 < 0.99)).toBeCloseTo(0.0898, 3);
  expect(sum((good) => confidenceInterval(good, 100).high < 0.99)).toBeLessThan(0.002);
});

test('a true 95 % is found out in 500 samples nearly always', () => {
  const found = distribution(500, 0.95).reduce(
    (all, one, good) => (confidenceInterval(good, 500).high < 0.99 ? all + one : all),
    0,
  );
  expect(found).toBeGreaterThan(0.99);
});
