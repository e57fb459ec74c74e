import { describe, expect, it } from 'vitest';
import { departureEvent, departuresOf, dueMs } from './departures.ts';

describe('the departures of a day', async () => {
  const day = await departuresOf('2001-01-03');

  it('are the flights of that day, in the order of their times', () => {
    expect(day).toHaveLength(16_948);
    expect(day[0]?.atMs).toBe(0);
    expect(day.at(-1)?.atMs).toBe(86_340_000);
    expect(day.every(({ atMs }, at) => at === 0 || atMs >= (day[at - 1]?.atMs as number))).toBe(true);
    expect(new Set(day.map(({ row }) => row)).size).toBe(day.length);
    expect(new Set(day.map(({ airport }) => airport)).size).toBe(222);
  });

  it('are none on a day without flights', async () => {
    expect(await departuresOf('2001-08-01')).toEqual([]);
  });

  it('happen when the played day says, a minute in a second at 60', () => {
    const played = { startMs: Date.UTC(2026, 0, 31, 12), speed: 60, firstMs: 60_000 };
    const departure = { row: 46, airport: 'ATL', destination: 'JFK', atMs: 3_660_000, delay: -4 };
    expect(dueMs(played, departure)).toBe(Date.UTC(2026, 0, 31, 12, 1));
    expect(departureEvent(played, departure)).toEqual({
      id: '1a-ml29f9c0',
      airport: 'ATL',
      destination: 'JFK',
      scheduled: '2026-01-31T12:01:00.000Z',
      delay: -4,
    });
    expect(departureEvent({ ...played, startMs: played.startMs + 1 }, departure).id).toBe('1a-ml29f9c1');
  });
});
