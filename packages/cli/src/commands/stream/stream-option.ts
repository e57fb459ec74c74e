import { requireStream } from '@tidemark/pipeline';
import { Option } from 'commander';
import type { ConnectedStage } from '../../stage/connect.ts';
import { definitionsOf, loadDefinitions } from '../../stage/load-definitions.ts';

export const streamOption = () => new Option('--stream <name>', 'logical name of the stream').default('departures');

/** The stream by its name, and the definitions that have it. @throws STREAM_UNKNOWN */
export async function findStream(stage: ConnectedStage, name: string) {
  const definitions = await loadDefinitions(definitionsOf(stage, undefined));
  return { definitions, stream: requireStream({ definitions }, name) };
}
