/**
 * The Clopper-Pearson interval of a share: of `n` sampled entities `k` are good. It covers the true share at least as often as
 * it says for every `n` and every share, near 1 too, where the normal approximation does not.
 *
 * low: the share under which `k` or more good ones would come up with probability α/2; high: likewise `k` or fewer. Found by
 * bisection on the binomial distribution, whose terms are summed as logarithms.
 * @see Clopper and Pearson, Biometrika 26 (1934)
 */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

const BISECTIONS = 60;

/** `(good, of) → bounds in [0, 1]`; of nothing nothing is known. */
export function confidenceInterval(good: number, of: number, confidence = 0.95): Interval {
  if (of === 0) return { low: 0, high: 1 };
  const tail = (1 - confidence) / 2;
  return {
    low: good === 0 ? 0 : bisect((share) => 1 - binomialCdf(good - 1, of, share) < tail),
    high: good === of ? 1 : bisect((share) => binomialCdf(good, of, share) > tail),
  };
}

/** The share at which a condition stops to hold that holds at 0. */
function bisect(holds: (share: number) => boolean): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(X ≤ k) of X ~ Binomial(n, p), 0 < p < 1. Sums the shorter side. */
function binomialCdf(k: number, n: number, p: number): number {
  if (k > n / 2) return 1 - binomialCdf(n - k - 1, n, 1 - p);
  let term = n * Math.log1p(-p);
  let sum = Math.exp(term);
  const odds = Math.log(p) - Math.log1p(-p);
  for (let i = 1; i <= k; i++) {
    term += Math.log((n - i + 1) / i) + odds;
    sum += Math.exp(term);
  }
  return Math.min(1, sum);
}
