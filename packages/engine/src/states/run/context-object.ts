import type { Json, JsonObject } from '../asl/json.ts';
import type { MapItem, Position } from './position.ts';
import type { Run } from './run.ts';

/** What `$$` reads. */
export function printContext(run: Run, position: Position): JsonObject {
  const { execution } = run;
  const item = itemAround(run, position.path);
  return {
    Execution: {
      Id: execution.arn,
      Input: run.input,
      Name: execution.name,
      RoleArn: run.roleArn,
      StartTime: isoTime(execution.startMs),
      RedriveCount: execution.redriveCount,
      ...(execution.redriveMs === null ? {} : { RedriveTime: isoTime(execution.redriveMs) }),
    },
    State: {
      EnteredTime: isoTime(position.enteredMs),
      Name: position.state,
      RetryCount: position.retries.reduce((sum, count) => sum + (count ?? 0), 0),
    },
    StateMachine: { Id: execution.machineArn, Name: execution.machineArn.split(':').slice(6).join(':') },
    ...(item === undefined ? {} : { Map: { Item: printItem(item) } }),
  };
}

/** The same inside ItemSelector, once per item. */
export function withItem(context: JsonObject, item: MapItem): JsonObject {
  return { ...context, Map: { Item: printItem(item) } };
}

function printItem(item: MapItem): JsonObject {
  return { Index: item.Index, Value: item.Value };
}

/** The innermost iteration that a path lies in. */
function itemAround(run: Run, path: string): MapItem | undefined {
  for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const item = run.positions.get(at)?.item;
    if (item !== undefined) return item;
  }
  return undefined;
}

function isoTime(ms: number): Json {
  return new Date(ms).toISOString();
}
