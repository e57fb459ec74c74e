import type { JWTPayload } from 'jose';
import type { Metrics } from './cloudwatch/metrics.ts';
import type { Deployment } from './deployment/deployment.ts';
import type { OnAccess } from './iam/access.ts';
import type { EngineSettings, ProfileName } from './settings.ts';
import type { EngineClock } from './time/engine-clock.ts';

export interface EngineOptions {
  /** Made if it is not there. One engine at a time works on it. */
  readonly dataDir: string;
  /** Of the AWS services; 0, the default, takes a free one. */
  readonly port?: number;
  /** Of the HTTP API; 0, the default, takes a free one. */
  readonly apiPort?: number;
  readonly profile?: ProfileName;
  /** Single settings that differ from the profile. */
  readonly settings?: Partial<EngineSettings>;
  /** Twelve digits; default 000000000000. */
  readonly account?: string;
  /** Default us-east-1. */
  readonly region?: string;
  readonly clock?: EngineClock;
  /** Of what the profile leaves to chance; default 1. */
  readonly seed?: number;
  /** What happened that no client is told; it is in `logs/engine.events.log` in any case. */
  readonly log?: (line: string) => void;
  /** Each request that was judged, while a deployment with roles is there. */
  readonly onAccess?: OnAccess;
  /** Where functions are kept in compiled form for the next start; default: in the data directory. */
  readonly compileCacheDir?: string;
  /** Each line that a function prints. */
  readonly onFunctionLog?: (functionName: string, requestId: string | undefined, line: string) => void;
}

/** The embedded AWS of one data directory. */
export interface Engine {
  /** `http://127.0.0.1:PORT` for every AWS service. */
  readonly endpoint: string;
  /** `http://127.0.0.1:PORT` of the HTTP API. */
  readonly api: string;
  readonly account: string;
  readonly region: string;
  readonly clock: EngineClock;
  readonly metrics: Metrics;
  /**
   * Creates and changes what the deployment says; the same again changes nothing. Routes and schedules are replaced,
   * buckets, functions, machines, streams and event source mappings that it does not name stay.
   *
   * @returns what was changed in buckets, machines, streams and mappings, a line each.
   * @throws Error naming the part that cannot be deployed, before anything has changed; a machine's definition is
   * checked when its turn comes.
   */
  deploy(deployment: Deployment): Promise<readonly string[]>;
  /** A token that the deployed JWT routes take, with these claims; see HttpApi.issueToken. */
  issueToken(claims?: JWTPayload): Promise<string>;
  /**
   * Resolves when nothing runs and nothing due is undelivered: notifications, log lines, asynchronous invocations, executions,
   * records of streams that an enabled mapping has not delivered, entries for the offline store. What waits for the engine's time to come is not due; an execution in a Wait runs.
   */
  idle(): Promise<void>;
  /** Brings everything to the offline store now, however short it has waited. */
  drainOffline(): Promise<void>;
  /** Stops in order; what runs is taken up by the next engine on this directory. */
  stop(): Promise<void>;
}
