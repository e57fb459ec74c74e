/**
 * The events of a batch that are meant for one windowed group, folded into the states of their entities: each state is read
 * and decoded once, its events are decided one after another in the order of the stream, and it is encoded once.
 */
import {
  decideEvent,
  encodeEvent,
  encodeRecord,
  eventGroupOf,
  isRefusal,
  stateGroupOf,
  TidemarkError,
  type WindowEvent,
  type WindowedGroup,
  type WindowState,
  windowRecord,
} from '@tidemark/domain';
import { type Catalogue, resolveGroup } from '../catalogue/catalogue.ts';
import type { WriteEntry } from '../ports/feature-store.ts';
import type { Fault, RoutedEvent, Verdict } from './stream-batch.ts';
import type { LoadedStates, WindowStates } from './window-states.ts';

/** What one entity takes out of a batch: its history is written first, then its state. */
export interface FoldedEntity {
  readonly at: readonly number[];
  readonly entityKey: string;
  readonly history: readonly WriteEntry[];
  /** Undefined where no event was accepted. */
  readonly record: WriteEntry | undefined;
  readonly state: WindowState;
}

export interface FoldedEvents {
  readonly entities: readonly FoldedEntity[];
  readonly verdicts: readonly Verdict[];
  readonly faults: readonly Fault[];
}

interface EncodedEvent extends RoutedEvent {
  readonly event: WindowEvent;
}

export async function foldEvents(
  windowStates: WindowStates,
  catalogue: Catalogue,
  group: WindowedGroup,
  routed: readonly RoutedEvent[],
): Promise<FoldedEvents> {
  const [stateGroup, eventGroup] = [stateGroupOf(group), eventGroupOf(group)];
  const [stateName, eventName] = [stateGroup, eventGroup].map((one) => resolveGroup(catalogue, one).groupName) as [
    string,
    string,
  ];
  const verdicts: Verdict[] = [];
  const encoded: EncodedEvent[] = [];
  for (const one of routed) {
    const event = encodeEvent(group, one.input);
    if (isRefusal(event)) verdicts.push({ at: one.at, source: one.source, outcome: event });
    else encoded.push({ ...one, event });
  }
  const byEntity = Map.groupBy(encoded, ({ event }) => event.entityKey);
  const { states, failed } = await loadStates(windowStates, group, stateName, [...byEntity.keys()]);

  const entities: FoldedEntity[] = [];
  const faults: Fault[] = [];
  for (const [entityKey, events] of byEntity) {
    const at = events.map((one) => one.at);
    let state = states.get(entityKey);
    if (state === undefined) {
      faults.push({ at, reason: failed.get(entityKey) ?? 'the state could not be read' });
      continue;
    }
    const history: WriteEntry[] = [];
    for (const { at, source, record, event } of events) {
      const decision = decideEvent(group, state, event, record);
      if (decision.outcome !== 'accepted') {
        verdicts.push({ at, source, outcome: decision.outcome === 'refused' ? decision.refusal : 'duplicate' });
        continue;
      }
      const row = encodeRecord(eventGroup, decision.row);
      verdicts.push({ at, source, outcome: isRefusal(row) ? row : 'accepted' });
      if (isRefusal(row)) continue;
      history.push({ groupName: eventName, record: row, stores: 'offline' });
      state = decision.state;
    }
    const [first] = events as [EncodedEvent];
    const record = history.length === 0 ? undefined : encodeRecord(stateGroup, windowRecord(group, first.event.keyParts, state));
    if (record !== undefined && isRefusal(record))
      throw new TidemarkError('INTERNAL', `the state of group ${group.name}: ${record.message}`);
    const entry: WriteEntry | undefined = record && { groupName: stateName, record, stores: 'online' };
    entities.push({ at, entityKey, history, record: entry, state });
  }
  return { entities, verdicts, faults };
}

/** Where the store cannot be read at all, no entity's state is there. */
async function loadStates(
  windowStates: WindowStates,
  group: WindowedGroup,
  groupName: string,
  entityKeys: readonly string[],
): Promise<LoadedStates> {
  try {
    return await windowStates.load(group, groupName, entityKeys);
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    return { states: new Map(), failed: new Map(entityKeys.map((key) => [key, `${error.code}: ${error.message}`])) };
  }
}
