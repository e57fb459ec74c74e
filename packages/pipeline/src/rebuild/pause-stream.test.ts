import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore } from '../memory-object-store.fixture.ts';
import type { EventSourceMapping, MappingState } from '../ports/event-source-mappings.ts';
import type { ExecutionStatus } from '../ports/executions.ts';
import { loadPause, type PauseDependencies, pauseStream, resumeStream } from './pause-stream.ts';

const STREAM = { name: 'departures' };
const owner = (execution: string) => ({ machine: 'rebuild-windows', execution });

/** Two mappings, of which somebody has switched one off; a batch takes until `finish`. */
function stage(statuses: Readonly<Record<string, ExecutionStatus>> = {}) {
  const states = new Map<string, MappingState>([
    ['on', 'Enabled'],
    ['off', 'Disabled'],
  ]);
  const deps: PauseDependencies = {
    objects: createMemoryObjectStore(),
    ledger: 'ledger',
    stage: 'dev',
    mappings: {
      of: async () => [...states].map(([id, state]): EventSourceMapping => ({ id, state, lastResult: 'OK' })),
      setEnabled: async (id, enabled) => void states.set(id, enabled ? 'Enabled' : 'Disabling'),
    },
    executions: { status: async (_, name) => statuses[name] },
    nowMs: () => 1_000,
  };
  return { deps, states, finish: () => states.set('on', 'Disabled') };
}

describe('pausing a stream', () => {
  test('waits for the batch that is under way, and resuming enables what was enabled', async () => {
    const { deps, states, finish } = stage();
    await expect(pauseStream(deps, STREAM, owner('a'))).rejects.toMatchObject({ code: 'STREAM_NOT_PAUSED' });
    finish();
    expect(await pauseStream(deps, STREAM, owner('a'))).toEqual({ pausedAtMs: 1_000 });
    expect(await resumeStream(deps, STREAM, owner('a'))).toEqual({ resumed: true });
    expect([...states]).toEqual([
      ['on', 'Enabled'],
      ['off', 'Disabled'],
    ]);
    expect((await loadPause(deps, STREAM)).pause).toBeUndefined();
  });

  test('is refused while another execution has it, which is named; that one goes undisturbed', async () => {
    const { deps, states, finish } = stage({ a: 'RUNNING' });
    await pauseStream(deps, STREAM, owner('a')).catch(finish);
    await expect(pauseStream(deps, STREAM, owner('b'))).rejects.toMatchObject({
      code: 'STREAM_BUSY',
      message: expect.stringContaining('execution a of rebuild-windows'),
    });
    expect(await resumeStream(deps, STREAM, owner('b'))).toEqual({ resumed: false });
    expect(states.get('on')).toBe('Disabled');
  });

  test('is taken over from an execution that ended without resuming, with what that one had found enabled', async () => {
    const { deps, states, finish } = stage({ a: 'ABORTED' });
    await pauseStream(deps, STREAM, owner('a')).catch(finish);
    await pauseStream(deps, STREAM, owner('b'));
    await resumeStream(deps, STREAM, owner('b'));
    expect(states.get('on')).toBe('Enabled');
  });
});
