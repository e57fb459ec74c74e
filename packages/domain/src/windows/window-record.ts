import { fromMs, printIso } from '../event-time.ts';
import type { WindowedGroup } from './define-windowed-group.ts';
import type { WindowEvent } from './encode-event.ts';
import { evaluateWindows } from './evaluate-windows.ts';
import { encodeWindowState } from './state-codec.ts';
import { WINDOW_STATE_FEATURE } from './window-groups.ts';
import type { WindowState } from './window-state.ts';

/** The record of an entity's state, as input of the state group: plain values as of its own event time, and what windows are evaluated from. */
export function windowRecord(
  group: WindowedGroup,
  keyParts: WindowEvent['keyParts'],
  state: WindowState,
): Readonly<Record<string, unknown>> {
  return {
    ...Object.fromEntries(keyParts.map(([part, value]) => [part, group.entity.key[part] === 'integral' ? Number(value) : value])),
    eventTime: printIso(fromMs(state.recordTimeMs), 'ms'),
    ...evaluateWindows(group, state, state.recordTimeMs),
    [WINDOW_STATE_FEATURE]: encodeWindowState(group, state),
  };
}
