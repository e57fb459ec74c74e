import { join } from 'node:path';
import type { EngineContext } from '../../engine-context.ts';
import { type Access, openAccess } from '../../iam/access.ts';
import { guardBuckets } from '../../iam/guard-buckets.ts';
import type { Principal } from '../../iam/principal.ts';
import type { Buckets, Functions, Queries } from '../../ports.ts';
import type { Definition, StatesBlock } from '../asl/definition.ts';
import type { Journal } from '../journal/journal.ts';
import type { ExecutionRow, StoredStatus } from '../journal/rows.ts';
import type { Scope } from './scope.ts';

export interface Ports {
  readonly functions: Functions;
  readonly queries: Queries;
  readonly buckets: Buckets;
  readonly access?: Access;
}

/** How a run has ended in this process; `halted` is not the end of the execution. */
export type RunEnd = StoredStatus | 'halted';

interface RunningExecution {
  /** Ends it as StopExecution does. */
  stop(error: string | undefined, cause: string | undefined): void;
  /** Leaves it as it is, to be resumed by the next process. */
  halt(): void;
  /** The journal has it as running. */
  readonly begun: Promise<void>;
  readonly ended: Promise<RunEnd>;
}

export type RunExecution = (runtime: Runtime, execution: ExecutionRow, block: StatesBlock, parent?: Scope) => Promise<RunEnd>;

/** What running executions share. */
export interface Runtime {
  readonly context: EngineContext;
  readonly ports: Ports;
  readonly access: Access;
  readonly journal: Journal;
  /** For files on their way into a bucket. */
  readonly scratchDir: string;
  /** Everything that is being run right now, children of map runs too, by execution id. */
  readonly running: Map<number, RunningExecution>;
  readonly runExecution: RunExecution;
  /** Who a machine is at work, by the ARN of its role. */
  principal(roleArn: string): Principal | undefined;
  /** S3 as that role sees it. */
  buckets(roleArn: string, call: string): Buckets;
  /** The definition and role of a revision, which never change. */
  definition(revision: number): { readonly definition: Definition; readonly roleArn: string };
}

export function createRuntime(context: EngineContext, ports: Ports, journal: Journal, runExecution: RunExecution): Runtime {
  const { access = openAccess } = ports;
  const principal = (roleArn: string) => access.byRole(roleArn, 'StepFunctions');
  const definitions = new Map<number, { definition: Definition; roleArn: string }>();
  return {
    context,
    ports,
    access,
    principal,
    buckets: (roleArn, call) => guardBuckets(ports.buckets, access, principal(roleArn), call),
    journal,
    scratchDir: join(context.dataDir, 'states', 'scratch'),
    running: new Map(),
    runExecution,
    definition(revision) {
      let found = definitions.get(revision);
      if (found === undefined) {
        const row = journal.machines.revision(revision);
        found = { definition: JSON.parse(row.definition) as Definition, roleArn: row.roleArn };
        definitions.set(revision, found);
      }
      return found;
    },
  };
}
