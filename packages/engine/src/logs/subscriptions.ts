import { gzipSync } from 'node:zlib';
import type { EngineContext } from '../engine-context.ts';
import { functionArn } from '../lambda/function-spec.ts';
import { type FilterPattern, parseFilterPattern } from './filter-pattern.ts';

/** Lines of a log group that a function gets, as plain data. */
export interface LogSubscriptionSpec {
  readonly name: string;
  readonly logGroup: string;
  readonly pattern: string;
  readonly functionName: string;
}

export interface Subscriptions {
  /** Replaces all. @throws AwsError for a pattern that the engine does not know, before anything changes */
  deploy(specs: readonly LogSubscriptionSpec[]): void;
  /** A line that was printed into a group; called for every line there is. */
  capture(logGroup: string, logStream: string, line: string): void;
  /** What waits goes to its functions now. */
  flush(): void;
  isBusy(): boolean;
}

interface Batch {
  readonly spec: LogSubscriptionSpec;
  readonly logStream: string;
  readonly events: { id: string; timestamp: number; message: string }[];
  length: number;
}

/** A delivery costs two syncs of the disk, so rather few. */
const DELIVER_EVERY_MS = 2_000;
const MOST_CHARACTERS = 1_000_000;
/** An asynchronous invocation takes a megabyte, the text around the data included. */
const MOST_ENCODED = 1_000_000;

/** Gathers lines for two seconds, per stream as the service does, and delivers each batch at least once. */
export function createSubscriptions(
  context: EngineContext,
  deliver: (functionArn: string, event: unknown) => Promise<void>,
): Subscriptions {
  const { clock, settings, account, random, log } = context;
  let byGroup = new Map<string, { spec: LogSubscriptionSpec; matches: FilterPattern }[]>();
  const waiting = new Map<string, Batch>();
  let cancel: (() => void) | undefined;
  let captured = 0;

  function send({ spec, logStream, events }: Pick<Batch, 'spec' | 'logStream' | 'events'>): void {
    const message = {
      messageType: 'DATA_MESSAGE',
      owner: account,
      logGroup: spec.logGroup,
      logStream,
      subscriptionFilters: [spec.name],
      logEvents: events,
    };
    // Level 1: this stands in the way of the requests that come meanwhile.
    const data = gzipSync(JSON.stringify(message), { level: 1 }).toString('base64');
    if (data.length > MOST_ENCODED && events.length > 1) {
      const half = Math.ceil(events.length / 2);
      for (const part of [events.slice(0, half), events.slice(half)]) send({ spec, logStream, events: part });
      return;
    }
    const event = { awslogs: { data } };
    const times = random() < settings.logRedeliverShare ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      deliver(functionArn(context, spec.functionName), event).catch((error: Error) => log(`logs: ${spec.name}: ${error.name}`));
    }
  }

  const flush = () => {
    cancel?.();
    cancel = undefined;
    const batches = [...waiting.values()];
    waiting.clear();
    batches.forEach(send);
  };

  return {
    deploy(specs) {
      const compiled = specs.map((spec) => ({ spec, matches: parseFilterPattern(spec.pattern) }));
      byGroup = Map.groupBy(compiled, ({ spec }) => spec.logGroup);
    },
    capture(logGroup, logStream, line) {
      const subscribed = byGroup.get(logGroup);
      if (subscribed === undefined) return;
      for (const { spec, matches } of subscribed) {
        if (!matches(line)) continue;
        const key = `${spec.name} ${logStream}`;
        const batch = waiting.get(key) ?? { spec, logStream, events: [], length: 0 };
        const timestamp = Math.floor(clock.nowMs());
        captured += 1;
        const id = `${timestamp}`.padStart(20, '0') + `${captured}`.padStart(36, '0');
        batch.events.push({ id, timestamp, message: line });
        batch.length += line.length;
        waiting.set(key, batch);
        if (batch.length >= MOST_CHARACTERS) {
          waiting.delete(key);
          send(batch);
        }
        cancel ??= clock.at(clock.nowMs() + DELIVER_EVERY_MS, flush);
      }
    },
    flush,
    isBusy: () => waiting.size > 0,
  };
}
