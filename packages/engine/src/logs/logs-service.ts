import {
  CreateLogStream$,
  DescribeLogGroups$,
  DescribeLogStreams$,
  FilterLogEvents$,
  GetLogEvents$,
  PutLogEvents$,
} from '@aws-sdk/client-cloudwatch-logs';
import type { EngineContext } from '../engine-context.ts';
import { operation, type Service } from '../wire/service.ts';
import { describeLogGroups, describeLogStreams } from './describe-operations.ts';
import type { LogStore } from './log-store.ts';
import { createLogStream, putLogEvents } from './put-operations.ts';
import { filterLogEvents, getLogEvents } from './read-operations.ts';

export function createLogsService(context: EngineContext, store: LogStore): Service {
  const on = <Input, Output>(
    schema: Parameters<typeof operation>[0],
    handle: (context: EngineContext, store: LogStore, input: Input) => Output,
  ) => operation<Input, Output>(schema, (input) => handle(context, store, input));

  return {
    name: 'logs',
    protocol: 'awsJson1_1',
    targetPrefix: 'Logs_20140328',
    validationErrorCode: 'InvalidParameterException',
    operations: {
      CreateLogStream: on(CreateLogStream$, createLogStream),
      PutLogEvents: on(PutLogEvents$, putLogEvents),
      DescribeLogGroups: on(DescribeLogGroups$, describeLogGroups),
      DescribeLogStreams: on(DescribeLogStreams$, describeLogStreams),
      GetLogEvents: on(GetLogEvents$, getLogEvents),
      FilterLogEvents: on(FilterLogEvents$, filterLogEvents),
    },
  };
}
