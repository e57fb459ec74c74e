/**
 * A stream stands still while somebody makes its states again: nobody else writes them meanwhile.
 *
 *   claim (If-None-Match, owner, which mappings were enabled) → disable those → every mapping says Disabled
 *   … → enable those again → give up the claim
 *
 * The claim is written before anything is disabled and removed after everything is enabled, so whoever finds it knows what
 * is left to do. A claim whose owner's execution has ended is taken over; one that runs is named, and nothing is touched.
 */
import { type EventStream, physicalStreamName, TidemarkError } from '@tidemark/domain';
import { printJson } from '../ledger/json-objects.ts';
import { ledgerKeys } from '../ledger/ledger-keys.ts';
import type { EventSourceMappings } from '../ports/event-source-mappings.ts';
import type { Executions } from '../ports/executions.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** An execution of a state machine, by logical name. */
export interface PauseOwner {
  readonly machine: string;
  readonly execution: string;
}

export interface StreamPause {
  readonly owner: PauseOwner;
  readonly claimedAt: string;
  /** The mappings to enable again. */
  readonly mappings: readonly string[];
}

export interface PauseDependencies {
  readonly objects: ObjectStore;
  readonly ledger: string;
  readonly stage: string;
  readonly mappings: EventSourceMappings;
  readonly executions: Pick<Executions, 'status'>;
  readonly nowMs: () => number;
}

const MOST_ATTEMPTS = 5;

/**
 * Resolves when nothing of the stream reaches a function any more; asking again is harmless.
 * @throws STREAM_BUSY naming the holder; STREAM_NOT_PAUSED while a batch is still with its function: ask again.
 */
export async function pauseStream(
  deps: PauseDependencies,
  stream: Pick<EventStream, 'name'>,
  owner: PauseOwner,
): Promise<{ readonly pausedAtMs: number }> {
  const { mappings } = await claim(deps, stream, owner);
  const found = await deps.mappings.of(physicalStreamName(deps.stage, stream));
  for (const { id, state } of found) {
    if (mappings.includes(id) && state !== 'Disabled' && state !== 'Disabling') await deps.mappings.setEnabled(id, false);
  }
  const active = (await deps.mappings.of(physicalStreamName(deps.stage, stream))).filter(({ state }) => state !== 'Disabled');
  if (active.length > 0)
    throw new TidemarkError('STREAM_NOT_PAUSED', `${active.length} mappings of stream ${stream.name} still finish their batch`);
  return { pausedAtMs: deps.nowMs() };
}

/** Lets the stream go on, where this owner has it; otherwise nothing. */
export async function resumeStream(
  deps: PauseDependencies,
  stream: Pick<EventStream, 'name'>,
  owner: PauseOwner,
): Promise<{ readonly resumed: boolean }> {
  const { pause } = await loadPause(deps, stream);
  if (pause === undefined || !isSame(pause.owner, owner)) return { resumed: false };
  for (const id of pause.mappings) await deps.mappings.setEnabled(id, true);
  await deps.objects.remove(deps.ledger, [ledgerKeys.streamPause(stream.name)]);
  return { resumed: true };
}

/** Who has the stream, if anybody. */
export async function loadPause(
  deps: Pick<PauseDependencies, 'objects' | 'ledger'>,
  stream: Pick<EventStream, 'name'>,
): Promise<{ readonly pause: StreamPause | undefined; readonly etag: string | undefined }> {
  const ref = { bucket: deps.ledger, key: ledgerKeys.streamPause(stream.name) };
  const head = await deps.objects.head(ref);
  const body = head === undefined ? undefined : await deps.objects.read(ref);
  return body === undefined
    ? { pause: undefined, etag: undefined }
    : { pause: JSON.parse(Buffer.from(body).toString('utf8')) as StreamPause, etag: head?.etag };
}

async function claim(deps: PauseDependencies, stream: Pick<EventStream, 'name'>, owner: PauseOwner): Promise<StreamPause> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const { pause, etag } = await loadPause(deps, stream);
    if (pause !== undefined && isSame(pause.owner, owner)) return pause;
    if (pause !== undefined && (await isAlive(deps, pause.owner))) throw busy(stream, pause.owner);
    const next: StreamPause = {
      owner,
      claimedAt: new Date(deps.nowMs()).toISOString(),
      mappings: pause?.mappings ?? (await enabledOf(deps, stream)),
    };
    const written = await deps.objects.replace(deps.ledger, ledgerKeys.streamPause(stream.name), printJson(next), etag);
    if (written === 'replaced') return next;
  }
  throw new TidemarkError('STREAM_BUSY', `stream ${stream.name} is being claimed by others all the time: try again`);
}

const isSame = (one: PauseOwner, other: PauseOwner) => one.machine === other.machine && one.execution === other.execution;
const isAlive = async ({ executions }: PauseDependencies, { machine, execution }: PauseOwner) =>
  ['RUNNING', 'PENDING_REDRIVE'].includes((await executions.status(machine, execution)) ?? '');

const enabledOf = async (deps: PauseDependencies, stream: Pick<EventStream, 'name'>) =>
  (await deps.mappings.of(physicalStreamName(deps.stage, stream)))
    .filter(({ state }) => state !== 'Disabled' && state !== 'Disabling' && state !== 'Deleting')
    .map(({ id }) => id);

const busy = ({ name }: Pick<EventStream, 'name'>, { machine, execution }: PauseOwner) =>
  new TidemarkError('STREAM_BUSY', `stream ${name} is paused by execution ${execution} of ${machine}: wait until that has ended`);
