import type { Definitions } from './definitions.ts';
import { TidemarkError } from './errors.ts';
import { isWindowed } from './windows/define-windowed-group.ts';

/**
 * Whether streams and their sources fit the groups. A windowed group has one source: events of one entity come in order only
 * from one stream, and two mappings of one stream are one mapping.
 * @throws DEFINITION_INVALID
 */
export function assertStreams({ groups, sources, views, streams, streamSources }: Definitions): void {
  for (const { name, stream } of streamSources) {
    if (!streams.includes(stream))
      throw invalid(`source ${name}: stream ${stream.name} is not among the streams of the feature store`);
  }
  for (const stream of streams) {
    if (!streamSources.some((source) => source.stream === stream))
      throw invalid(`stream ${stream.name}: no source takes its events`);
  }
  for (const group of groups.filter(isWindowed)) {
    const feeding = streamSources.filter((source) => source.group === group).map((source) => source.name);
    if (feeding.length !== 1) {
      const found = feeding.length === 0 ? 'none does' : `${feeding.join(' and ')} do`;
      throw invalid(`group ${group.name}: exactly one source of a stream feeds a windowed group; ${found}`);
    }
  }
  for (const { name, group } of sources) {
    if (isWindowed(group)) throw invalid(`source ${name}: files cannot feed the windowed group ${group.name}, only a stream can`);
  }
  for (const { name, joins } of views) {
    const aged = joins.find((join) => isWindowed(join.group) && join.maxAgeMs !== undefined);
    if (aged !== undefined)
      throw invalid(
        `view ${name}: windows of group ${aged.group.name} do not grow old, leave out maxAge: their length says what counts`,
      );
  }
}

const invalid = (message: string) => new TidemarkError('DEFINITION_INVALID', message);
