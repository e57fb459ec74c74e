/**
 * The tables of states.db. Long texts stand last in their rows, so that counting and listing does not read them.
 *
 * A position is where one branch of an execution stands: the state it has entered, with that state's input. Its path is
 * '' for the execution itself and parent/index for a Parallel branch or an iteration of an inline Map.
 */
export const tables = `
  CREATE TABLE IF NOT EXISTS revisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    revisionId TEXT NOT NULL,
    machineArn TEXT NOT NULL,
    roleArn TEXT NOT NULL,
    createdMs INTEGER NOT NULL,
    logging TEXT,
    tracing TEXT,
    definition TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS machines (
    arn TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    createdMs INTEGER NOT NULL,
    revision INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS executions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    arn TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    machineArn TEXT NOT NULL,
    revision INTEGER NOT NULL,
    type TEXT NOT NULL,
    status TEXT NOT NULL,
    startMs INTEGER NOT NULL,
    stopMs INTEGER,
    redriveCount INTEGER NOT NULL DEFAULT 0,
    redriveMs INTEGER,
    mapRun INTEGER,
    itemIndex INTEGER,
    itemCount INTEGER,
    error TEXT,
    cause TEXT,
    input TEXT NOT NULL,
    output TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS executionsOfMachine ON executions (machineArn, id) WHERE mapRun IS NULL;
  CREATE UNIQUE INDEX IF NOT EXISTS childrenOfMapRun ON executions (mapRun, itemIndex) WHERE mapRun IS NOT NULL;
  CREATE INDEX IF NOT EXISTS unfinishedExecutions ON executions (id) WHERE status IN ('PENDING', 'RUNNING') AND mapRun IS NULL;
  CREATE TABLE IF NOT EXISTS events (
    execution INTEGER NOT NULL,
    id INTEGER NOT NULL,
    previous INTEGER NOT NULL,
    atMs INTEGER NOT NULL,
    type TEXT NOT NULL,
    details TEXT,
    PRIMARY KEY (execution, id)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS positions (
    execution INTEGER NOT NULL,
    path TEXT NOT NULL,
    state TEXT NOT NULL,
    status TEXT NOT NULL,
    retries TEXT NOT NULL,
    enteredMs INTEGER NOT NULL,
    wakeMs INTEGER,
    isOpened INTEGER NOT NULL,
    mapRun INTEGER,
    lastEvent INTEGER NOT NULL,
    item TEXT,
    input TEXT NOT NULL,
    output TEXT,
    PRIMARY KEY (execution, path)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS mapRuns (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    arn TEXT NOT NULL UNIQUE,
    execution INTEGER NOT NULL,
    status TEXT NOT NULL,
    startMs INTEGER NOT NULL,
    stopMs INTEGER,
    redriveCount INTEGER NOT NULL DEFAULT 0,
    redriveMs INTEGER,
    maxConcurrency INTEGER NOT NULL,
    toleratedPercentage REAL,
    toleratedCount INTEGER,
    hasItems INTEGER NOT NULL DEFAULT 0,
    resultsWritten INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX IF NOT EXISTS mapRunsOfExecution ON mapRuns (execution);
  CREATE TABLE IF NOT EXISTS tags (
    machineArn TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (machineArn, key)
  ) STRICT;
`;
