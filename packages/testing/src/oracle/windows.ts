/**
 * The specification of windows, as loops over all events: which events of a stream count, and what a window holds at a time.
 *
 * Nothing here is clever or fast, nothing is ever forgotten, and production never imports it. Whole numbers are bigints, decimals
 * in units of their last digit.
 */
import type { AggregateKind, Scalar } from '@tidemark/domain';

/** One record of a stream: an event as it was sent, perhaps not for the first time. */
export interface SentEvent {
  readonly entity: string;
  readonly id: string;
  readonly timeMs: number;
  readonly values: Readonly<Record<string, Scalar | null>>;
  /** When the stream received it. */
  readonly arrivedMs: number;
}

export interface AcceptanceRules {
  readonly latenessMs: number;
  readonly futureToleranceMs: number;
  readonly layout: { readonly tileMs: number };
}

export type Verdict = 'accepted' | 'duplicate' | 'EVENT_ID_CONFLICT' | 'EVENT_LATE' | 'EVENT_FUTURE';

/** What becomes of each record of a stream, in its order. */
export function judgeStream(stream: readonly SentEvent[], rules: AcceptanceRules): Verdict[] {
  const accepted: SentEvent[] = [];
  const verdicts: Verdict[] = [];
  for (const sent of stream) {
    const verdict = judge(sent, accepted, rules);
    if (verdict === 'accepted') accepted.push(sent);
    verdicts.push(verdict);
  }
  return verdicts;
}

export function acceptedOf(stream: readonly SentEvent[], rules: AcceptanceRules): SentEvent[] {
  const verdicts = judgeStream(stream, rules);
  return stream.filter((_, at) => verdicts[at] === 'accepted');
}

function judge(sent: SentEvent, accepted: readonly SentEvent[], rules: AcceptanceRules): Verdict {
  if (sent.timeMs - sent.arrivedMs > rules.futureToleranceMs) return 'EVENT_FUTURE';
  if (sent.arrivedMs - sent.timeMs > rules.latenessMs) return 'EVENT_LATE';
  for (const one of accepted) if (one.entity === sent.entity && one.id === sent.id && sameContent(one, sent)) return 'duplicate';
  for (const one of accepted) {
    if (one.entity === sent.entity && one.id === sent.id && couldBeSentAgain(one, sent.arrivedMs, rules))
      return 'EVENT_ID_CONFLICT';
  }
  return 'accepted';
}

/** An id stands for its event as long as a copy of the event could arrive in time, to the step. After that it is free for another. */
const couldBeSentAgain = (event: SentEvent, arrivedMs: number, { latenessMs, layout: { tileMs } }: AcceptanceRules): boolean =>
  Math.floor(event.timeMs / tileMs) >= Math.floor((arrivedMs - latenessMs) / tileMs);

function sameContent(a: SentEvent, b: SentEvent): boolean {
  if (a.timeMs !== b.timeMs) return false;
  for (const name of Object.keys(a.values)) if (a.values[name] !== b.values[name]) return false;
  return true;
}

export interface WindowQuestion {
  readonly kind: AggregateKind;
  readonly field: string | undefined;
  /** Undefined: all accepted history. */
  readonly span: { readonly lengthMs: number; readonly stepMs: number } | undefined;
  readonly boundary: 'before' | 'at-or-before';
  /** Whole units in one: 10^scale of a decimal, else 1. */
  readonly unitsPerOne: number;
}

/** What a window over the accepted events of one entity holds at a time. Times are nanoseconds, so that no unit hides an error. */
export function answerWindow(
  accepted: readonly SentEvent[],
  entity: string,
  timeNs: bigint,
  question: WindowQuestion,
): Scalar | null {
  const { kind, field } = question;
  const inWindow: SentEvent[] = [];
  for (const event of accepted) {
    if (event.entity === entity && isCovered(BigInt(event.timeMs) * 1_000_000n, timeNs, question)) inWindow.push(event);
  }
  if (kind === 'count' && field === undefined) return inWindow.length;
  const withValue = inWindow.filter(
    (event) => field !== undefined && event.values[field] !== null && event.values[field] !== undefined,
  );
  withValue.sort((a, b) => a.timeMs - b.timeMs || Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)));
  return aggregate(
    kind,
    withValue.map((event) => event.values[field as string] as Scalar),
    question.unitsPerOne,
  );
}

function isCovered(eventNs: bigint, timeNs: bigint, { span, boundary }: WindowQuestion): boolean {
  if (boundary === 'before' ? eventNs >= timeNs : eventNs > timeNs) return false;
  if (span === undefined) return true;
  const [lengthNs, stepNs] = [BigInt(span.lengthMs) * 1_000_000n, BigInt(span.stepMs) * 1_000_000n];
  const intoStep = ((timeNs % stepNs) + stepNs) % stepNs;
  return eventNs >= timeNs - intoStep - lengthNs;
}

function aggregate(kind: AggregateKind, values: readonly Scalar[], unitsPerOne: number): Scalar | null {
  const served = (value: Scalar | undefined) =>
    value === undefined ? null : typeof value === 'number' ? value / unitsPerOne : value;
  switch (kind) {
    case 'count':
      return values.length;
    case 'distinct':
      return values.filter((value, at) => values.indexOf(value) === at).length;
    case 'first':
      return served(values[0]);
    case 'last':
      return served(values.at(-1));
    case 'min':
      return served(least(values, 1));
    case 'max':
      return served(least(values, -1));
    case 'sum':
      return Number(total(values)) / unitsPerOne;
    case 'mean':
      return values.length === 0 ? null : Number(total(values)) / (values.length * unitsPerOne);
    case 'variance':
      return values.length === 0
        ? null
        : Number(squaredDifferences(values)) / Number((BigInt(values.length) * BigInt(unitsPerOne)) ** 2n);
  }
}

function least(values: readonly Scalar[], sign: 1 | -1): Scalar | undefined {
  let [found] = values;
  for (const value of values) {
    const order =
      typeof value === 'number' ? value - (found as number) : Buffer.compare(Buffer.from(value), Buffer.from(found as string));
    if (order * sign < 0) found = value;
  }
  return found;
}

function total(values: readonly Scalar[]): bigint {
  let sum = 0n;
  for (const value of values) sum += BigInt(value);
  return sum;
}

/** n² times the variance: the squared difference of every pair, each once. */
function squaredDifferences(values: readonly Scalar[]): bigint {
  let sum = 0n;
  for (const [at, one] of values.entries()) for (const other of values.slice(0, at)) sum += (BigInt(one) - BigInt(other)) ** 2n;
  return sum;
}
