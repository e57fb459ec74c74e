import { type LambdaClient, ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { TidemarkError } from '@tidemark/domain';
import type { EventSourceMapping, EventSourceMappings, MappingState } from '@tidemark/pipeline';
import { calling, isServiceError, translateError } from './translate-error.ts';

/** The mappings of one function. */
export function createEventSourceMappings(lambda: LambdaClient, functionName: string): EventSourceMappings {
  return {
    async of(streamName) {
      const mappings: EventSourceMapping[] = [];
      let Marker: string | undefined;
      do {
        const page = await calling('ListEventSourceMappings', () =>
          lambda.send(new ListEventSourceMappingsCommand({ FunctionName: functionName, Marker })),
        );
        for (const { UUID = '', EventSourceArn = '', State, LastProcessingResult } of page.EventSourceMappings ?? []) {
          if (EventSourceArn.endsWith(`:stream/${streamName}`))
            mappings.push({ id: UUID, state: State as MappingState, lastResult: LastProcessingResult });
        }
        Marker = page.NextMarker;
      } while (Marker !== undefined);
      return mappings;
    },
    async setEnabled(id, enabled) {
      try {
        await lambda.send(new UpdateEventSourceMappingCommand({ UUID: id, Enabled: enabled }));
      } catch (error) {
        // While an earlier change is on its way the service takes no other.
        if (isServiceError(error, 'ResourceInUseException'))
          throw new TidemarkError('STREAM_NOT_PAUSED', 'the event source mapping is being changed', { cause: error });
        throw translateError('UpdateEventSourceMapping', error);
      }
    },
  };
}
