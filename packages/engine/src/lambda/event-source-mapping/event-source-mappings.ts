/**
 * Lambda's event source mappings for Kinesis streams.
 *
 * Gaps
 * - Kinesis only, one batch a shard at a time: other sources, ParallelizationFactor above 1, FilterCriteria, tumbling
 *   windows and the settings of other sources are refused by name (InvalidParameterValueException).
 * - An update changes everything but source, starting position and tags.
 *
 * Differences by design
 * - A shard is read when records come, not once a second. Retries wait 200 ms and then twice as long, up to 30 s, in the
 *   engine's time; a restart forgets how often a batch was tried.
 * - LATEST is fixed when the mapping is made, so that nothing is missed in between. A stream that is deleted and made again
 *   needs a new mapping.
 * - A batch that cannot be written to its failure destination waits for it; AWS would drop it.
 * - What falls out of the stream's retention while it is retried is discarded as RecordAgeExceeded, with its payload.
 * - `streamRedeliverShare` of the batches lose their checkpoint and come again, with what has come since.
 * - A mapping has a name in the deployment; its UUID is made from that, so that it stays when the deployment comes again.
 *
 * Client quirks
 * - None known; `State` goes through Disabling until the last batch has ended, so whoever pauses waits for Disabled.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineContext } from '../../engine-context.ts';
import { createMapping, type Mapping, type MappingPorts } from './mapping.ts';
import type { EventSourceMappingSpec } from './mapping-spec.ts';
import { type Checkpoint, type MappingRow, openMappingTable } from './mapping-table.ts';
import { createSignal } from './signal.ts';

export interface EventSourceMappings {
  /**
   * Makes the mapping or changes it; the same again changes nothing, even when it was disabled in between.
   *
   * @returns what was changed, a line each.
   * @throws Error when the stream is not there, or the mapping would have to begin anew.
   */
  deploy(spec: EventSourceMappingSpec): string[];
  /** @throws Error when the stream is not there. */
  create(spec: Omit<EventSourceMappingSpec, 'name'>): Mapping;
  update(mapping: Mapping, spec: EventSourceMappingSpec, enabled: boolean): void;
  remove(mapping: Mapping): void;
  find(uuid: string): Mapping | undefined;
  all(): Mapping[];
  start(): void;
  /** Whether an enabled mapping has not delivered all that is in its stream. */
  isBusy(): boolean;
  /** Resolves when every enabled mapping has caught up; a batch that fails for ever keeps it waiting. */
  idle(): Promise<void>;
  stop(): void;
}

export function createEventSourceMappings(context: EngineContext, ports: MappingPorts): EventSourceMappings {
  const directory = join(context.dataDir, 'lambda');
  mkdirSync(directory, { recursive: true });
  const table = openMappingTable(join(directory, 'event-source-mappings.db'));
  const mappings = new Map<string, Mapping>();
  const progress = createSignal(context.clock);
  let isStarted = false;
  let isStopped = false;

  const open = (row: MappingRow): Mapping => {
    const mapping = createMapping(context, table, row, ports, progress.notify);
    mappings.set(row.uuid, mapping);
    if (isStarted) mapping.start();
    return mapping;
  };
  for (const row of table.all()) open(row);
  const stopListening = ports.streams.onChange((streamName) => {
    for (const mapping of mappings.values()) if (mapping.row().spec.streamName === streamName) mapping.wake();
    progress.notify();
  });

  function add(uuid: string, spec: EventSourceMappingSpec): Mapping {
    const { streamName, startingPosition } = spec;
    const stream = ports.streams.find(streamName);
    if (!stream) throw new Error(`event source mapping ${spec.name}: there is no stream ${streamName}`);
    const row = { uuid, spec, streamId: stream.id, enabled: spec.enabled ?? true, modifiedMs: context.clock.nowMs() };
    const first = new Map<string, Checkpoint>();
    for (const { shardId, isOpen } of stream.shards) {
      const position = ports.streams.position(streamName, shardId, startingPosition) as string;
      first.set(shardId, { position, isDone: startingPosition === 'LATEST' && !isOpen });
    }
    table.add(row, first);
    return open(row);
  }

  function update(mapping: Mapping, spec: EventSourceMappingSpec, enabled: boolean): void {
    const row = { ...mapping.row(), spec, enabled, modifiedMs: context.clock.nowMs() };
    table.save(row);
    mapping.update(row);
    progress.notify();
  }

  const isBusy = () => !isStopped && [...mappings.values()].some((mapping) => mapping.isBehind());

  return {
    deploy(spec) {
      const uuid = uuidOf(context, spec.name);
      const mapping = mappings.get(uuid);
      if (!mapping) {
        add(uuid, spec);
        return [`event source mapping ${spec.name} created`];
      }
      const { spec: known, enabled } = mapping.row();
      if (JSON.stringify(known) === JSON.stringify(spec)) return [];
      for (const field of ['streamName', 'startingPosition'] as const) {
        if (JSON.stringify(known[field]) !== JSON.stringify(spec[field]))
          throw new Error(`event source mapping ${spec.name}: ${field} cannot change: give the new mapping a name of its own`);
      }
      update(mapping, spec, known.enabled === spec.enabled ? enabled : (spec.enabled ?? true));
      return [`event source mapping ${spec.name} updated`];
    },
    create(spec) {
      const uuid = randomUUID();
      return add(uuid, { ...spec, name: uuid });
    },
    update,
    remove(mapping) {
      const { uuid } = mapping.row();
      mapping.stop();
      mappings.delete(uuid);
      table.remove(uuid);
      progress.notify();
    },
    find: (uuid) => mappings.get(uuid),
    all: () => [...mappings.values()],
    start() {
      isStarted = true;
      for (const mapping of mappings.values()) mapping.start();
    },
    isBusy,
    async idle() {
      while (isBusy()) await progress.wait();
    },
    stop() {
      isStopped = true;
      stopListening();
      for (const mapping of mappings.values()) mapping.stop();
      progress.notify();
      table.close();
    },
  };
}

/** Version 8: a UUID whose bits are the maker's own. */
function uuidOf({ account, region }: EngineContext, name: string): string {
  const hex = createHash('sha256').update(`${account}:${region}:${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
