import Database from 'better-sqlite3';

export interface LogGroup {
  readonly id: number;
  readonly name: string;
  /** Null: for ever. */
  readonly retentionDays: number | null;
  readonly createdMs: number;
}

export interface LogStream {
  readonly id: number;
  readonly name: string;
  readonly createdMs: number;
}

export interface LogEvent {
  readonly id: number;
  readonly stream: string;
  readonly timestampMs: number;
  readonly ingestedMs: number;
  readonly message: string;
}

/** Before or after which event reading goes on; events are in order of timestamp and arrival. */
export interface LogPosition {
  readonly timestampMs: number;
  readonly id: number;
}

export interface LogRange {
  readonly group: LogGroup;
  readonly stream?: string;
  /** Both included. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly order: 'ascending' | 'descending';
  /** Not included. */
  readonly beyond: LogPosition | undefined;
}

/** Log groups, their streams and events. What a call has taken survives the engine's end, not a power cut: WAL with NORMAL. */
export interface LogStore {
  /** The same again changes its retention alone. */
  putGroup(name: string, retentionDays: number | undefined, nowMs: number): void;
  group(name: string): LogGroup | undefined;
  groups(prefix: string): LogGroup[];
  /** False where it is there already. */
  addStream(group: LogGroup, name: string, nowMs: number): boolean;
  stream(group: LogGroup, name: string): LogStream | undefined;
  streams(group: LogGroup, prefix: string): (LogStream & { firstMs: number | null; lastMs: number | null })[];
  /** Events are in order of time. */
  append(group: LogGroup, stream: LogStream, events: readonly { timestampMs: number; message: string }[], nowMs: number): void;
  read(range: LogRange): IterableIterator<LogEvent>;
  /** Forgets what has outlived its group's retention. */
  expire(group: LogGroup, nowMs: number): void;
  close(): void;
}

export const DAY_MS = 86_400_000;

export function openLogStore(file: string): LogStore {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  // A sync of the disk a delivery would hold up the requests that the lines are about.
  db.pragma('synchronous = NORMAL');
  db.exec(`
    CREATE TABLE IF NOT EXISTS log_group (
      id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, retentionDays INTEGER, createdMs INTEGER NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS log_stream (
      id INTEGER PRIMARY KEY, groupId INTEGER NOT NULL, name TEXT NOT NULL, createdMs INTEGER NOT NULL,
      firstMs INTEGER, lastMs INTEGER,
      UNIQUE (groupId, name)) STRICT;
    CREATE TABLE IF NOT EXISTS log_event (
      id INTEGER PRIMARY KEY, groupId INTEGER NOT NULL, streamId INTEGER NOT NULL,
      timestampMs INTEGER NOT NULL, ingestedMs INTEGER NOT NULL, message TEXT NOT NULL) STRICT;
    CREATE INDEX IF NOT EXISTS log_event_time ON log_event (groupId, timestampMs, id);`);
  const putGroup = db.prepare(`INSERT INTO log_group (name, retentionDays, createdMs) VALUES (?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET retentionDays = excluded.retentionDays`);
  const group = db.prepare('SELECT * FROM log_group WHERE name = ?');
  const groups = db.prepare('SELECT * FROM log_group WHERE substr(name, 1, length(@prefix)) = @prefix ORDER BY name');
  const addStream = db.prepare('INSERT OR IGNORE INTO log_stream (groupId, name, createdMs) VALUES (?, ?, ?)');
  const stream = db.prepare('SELECT id, name, createdMs FROM log_stream WHERE groupId = ? AND name = ?');
  const streams = db.prepare(`SELECT id, name, createdMs, firstMs, lastMs
    FROM log_stream WHERE groupId = @group AND substr(name, 1, length(@prefix)) = @prefix ORDER BY name`);
  const touch = db.prepare(`UPDATE log_stream SET firstMs = min(ifnull(firstMs, @firstMs), @firstMs),
    lastMs = max(ifnull(lastMs, @lastMs), @lastMs) WHERE id = @id`);
  const addEvent = db.prepare(
    'INSERT INTO log_event (groupId, streamId, timestampMs, ingestedMs, message) VALUES (?, ?, ?, ?, ?)',
  );
  const expire = db.prepare('DELETE FROM log_event WHERE groupId = ? AND timestampMs < ?');
  const reading = (order: LogRange['order']) => {
    const [after, direction] = order === 'ascending' ? ['>', 'ASC'] : ['<', 'DESC'];
    return db.prepare(`SELECT log_event.id, name AS stream, timestampMs, ingestedMs, message
      FROM log_event JOIN log_stream ON log_stream.id = streamId
      WHERE log_event.groupId = @group AND name = ifnull(@stream, name) AND timestampMs BETWEEN @fromMs AND @toMs
        AND (@id IS NULL OR (timestampMs, log_event.id) ${after} (@timestampMs, @id))
      ORDER BY timestampMs ${direction}, log_event.id ${direction}`);
  };
  const read = { ascending: reading('ascending'), descending: reading('descending') };
  const whole = (ms: number) => Math.floor(ms);

  return {
    putGroup: (name, retentionDays, nowMs) => void putGroup.run(name, retentionDays ?? null, whole(nowMs)),
    group: (name) => group.get(name) as LogGroup | undefined,
    groups: (prefix) => groups.all({ prefix }) as LogGroup[],
    addStream: ({ id }, name, nowMs) => addStream.run(id, name, whole(nowMs)).changes > 0,
    stream: ({ id }, name) => stream.get(id, name) as LogStream | undefined,
    streams: ({ id }, prefix) => streams.all({ group: id, prefix }) as ReturnType<LogStore['streams']>,
    append: db.transaction<LogStore['append']>((to, { id }, events, nowMs) => {
      const [first, last] = [events[0], events.at(-1)];
      if (first === undefined || last === undefined) return;
      touch.run({ id, firstMs: first.timestampMs, lastMs: last.timestampMs });
      for (const { timestampMs, message } of events) addEvent.run(to.id, id, timestampMs, whole(nowMs), message);
    }),
    read: ({ group: of, stream: only, fromMs, toMs, order, beyond }) =>
      read[order].iterate({
        group: of.id,
        stream: only ?? null,
        fromMs,
        toMs,
        id: beyond?.id ?? null,
        timestampMs: beyond?.timestampMs ?? null,
      }) as IterableIterator<LogEvent>,
    expire({ id, retentionDays }, nowMs) {
      if (retentionDays !== null) expire.run(id, whole(nowMs - retentionDays * DAY_MS));
    },
    close: () => void db.close(),
  };
}
