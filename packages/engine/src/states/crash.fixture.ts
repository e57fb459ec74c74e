/** Executions on instances that die: each lives for so many commits, and the last one for ever. */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Functions } from '../ports.ts';
import type { Json } from './asl/json.ts';
import { type Journal, openJournal } from './journal/journal.ts';
import { type Bench, call, createBench, type Described } from './states.fixture.ts';
import { createStatesOver, type States } from './states.ts';

/** An instance dies at its `commits`-th commit, before or after that is in the file. */
export interface Death {
  readonly commits: number;
  readonly when: 'before' | 'after';
}

interface Account {
  readonly status: string;
  readonly output: string | undefined;
  /** What every task that is known to have succeeded answered, sorted. */
  readonly acknowledged: readonly string[];
  /** Tasks that were invoked although the journal already had their answer. */
  readonly repeated: readonly string[];
  readonly commits: number;
  readonly deaths: number;
}

export async function runThroughDeaths(definition: object, input: Json, deaths: readonly Death[]): Promise<Account> {
  const bench = createBench();
  await bench.putObject('items', 'list.jsonl', '{"n":1}\n{"n":2}\n{"n":3}\n');
  const folder = join(bench.context.dataDir, 'states');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'states.db');
  const stateMachineArn = saveMachine(file, definition);
  const flaky = new Set<string>();
  const repeated: string[] = [];
  let commits = 0;
  let died = 0;

  for (let life = 0; ; life += 1) {
    const known = new Set(life === 0 ? [] : readAcknowledged(file));
    const instance = createMortalInstance(bench, file, deaths[life], (payload) => {
      const { label, fails } = payload as { label: string; fails: boolean };
      const answer = createHash('sha256').update(JSON.stringify(payload)).digest('hex').slice(0, 8);
      if (known.has(answer)) repeated.push(label);
      if (fails && !flaky.has(answer)) {
        flaky.add(answer);
        throw new RangeError('not yet');
      }
      return answer;
    });
    const described = await liveUntilEnd(bench, instance, stateMachineArn, input);
    commits += instance.commits();
    if (described === undefined) {
      died += 1;
      continue;
    }
    await instance.states.stop();
    const { status, output } = described;
    return { status, output, acknowledged: readAcknowledged(file), repeated, commits, deaths: died };
  }
}

interface MortalInstance {
  readonly states: States;
  isDead(): boolean;
  commits(): number;
}

function createMortalInstance(
  bench: Bench,
  file: string,
  death: Death | undefined,
  work: (payload: Json) => Json,
): MortalInstance {
  const journal = openJournal(file);
  let commits = 0;
  let isDead = false;
  const die = (): never => {
    if (!isDead) setImmediate(() => journal.close());
    isDead = true;
    throw new Error('The process has died.');
  };
  const mortal: Journal = {
    ...journal,
    write(durability, change) {
      if (isDead) return die();
      commits += 1;
      const isLast = death !== undefined && commits >= death.commits;
      if (isLast && death.when === 'before') return die();
      const result = journal.write(durability, change);
      return isLast ? die() : result;
    },
  };
  const functions: Functions = {
    async invoke(_name, payload) {
      if (isDead) return new Promise(() => {});
      try {
        return { payload: JSON.stringify(work(payload as Json)), requestId: 'r' };
      } catch (error) {
        const { name: errorType, message: errorMessage } = error as Error;
        return { payload: JSON.stringify({ errorType, errorMessage }), functionError: 'Unhandled', requestId: 'r' };
      }
    },
    invokeAsync: async () => {},
  };
  return {
    states: createStatesOver(mortal, bench.context, { ...bench.ports, functions }),
    isDead: () => isDead,
    commits: () => commits,
  };
}

/** Past CreateStateMachine, whose validation would take most of the time here. */
function saveMachine(file: string, definition: object): string {
  const machineArn = 'arn:aws:states:eu-central-1:123456789012:stateMachine:machine';
  const journal = openJournal(file);
  const row = { revisionId: 'r', machineArn, roleArn: 'role', createdMs: 0, logging: null, tracing: null };
  journal.write('ordered', () => journal.machines.save('machine', { ...row, definition: JSON.stringify(definition) }));
  journal.close();
  return machineArn;
}

/** Undefined when the instance has died before the execution has ended. */
async function liveUntilEnd(
  bench: Bench,
  instance: MortalInstance,
  stateMachineArn: string,
  input: Json,
): Promise<Described | undefined> {
  const { states } = instance;
  try {
    states.start();
    const executionArn = stateMachineArn.replace(':stateMachine:', ':execution:').concat(':one');
    start(states, stateMachineArn, input);
    for (let turns = 0; turns < 20_000 && !instance.isDead(); turns += 1) {
      const execution = await call<Described>(states, 'DescribeExecution', { executionArn });
      if (execution.status !== 'RUNNING') return execution;
      await new Promise((resolve) => setImmediate(resolve));
      if (turns % 20 === 19) bench.advance(1_000);
    }
  } catch (error) {
    if (!instance.isDead()) throw error;
  }
  if (!instance.isDead()) throw new Error('The execution does not end.');
  // Lets the dead instance close its file.
  await new Promise((resolve) => setImmediate(resolve));
  return undefined;
}

/** As a client does that does not know whether its call has come through. */
function start(states: States, stateMachineArn: string, input: Json): void {
  try {
    states.startExecution({ stateMachineArn, name: 'one', input: JSON.stringify(input) });
  } catch (error) {
    if ((error as Error).name !== 'ExecutionAlreadyExists') throw error;
  }
}

function readAcknowledged(file: string): string[] {
  const database = new Database(file, { readonly: true });
  const rows = database.prepare<[], { details: string }>(`SELECT details FROM events WHERE type = 'TaskSucceeded'`).all();
  database.close();
  return rows.map(({ details }) => JSON.parse(JSON.parse(details).output).Payload as string).sort();
}
