import {
  CreateEventSourceMapping$,
  type CreateEventSourceMappingRequest,
  DeleteEventSourceMapping$,
  type DeleteEventSourceMappingRequest,
  type EventSourceMappingConfiguration,
  GetEventSourceMapping$,
  type GetEventSourceMappingRequest,
  ListEventSourceMappings$,
  type ListEventSourceMappingsRequest,
  type ListEventSourceMappingsResponse,
  UpdateEventSourceMapping$,
  type UpdateEventSourceMappingRequest,
} from '@aws-sdk/client-lambda';
import type { EngineContext } from '../../engine-context.ts';
import type { Streams } from '../../ports.ts';
import { AwsError } from '../../wire/aws-error.ts';
import { operation, type Service } from '../../wire/service.ts';
import { functionArn, functionNameOf } from '../function-spec.ts';
import type { EventSourceMappings } from './event-source-mappings.ts';
import type { Mapping } from './mapping.ts';
import { type EventSourceMappingSpec, fieldFault } from './mapping-spec.ts';

/** Members of requests that the engine does not have, but for the value that changes nothing. */
const UNSUPPORTED = [
  'FilterCriteria',
  'KMSKeyArn',
  'MetricsConfig',
  'LoggingConfig',
  'ScalingConfig',
  'SourceAccessConfigurations',
  'AmazonManagedKafkaEventSourceConfig',
  'SelfManagedKafkaEventSourceConfig',
  'DocumentDBEventSourceConfig',
  'ProvisionedPollerConfig',
] as const;
const UNSUPPORTED_AT_CREATION = ['Topics', 'Queues', 'SelfManagedEventSource', 'Tags'] as const;

const STREAM_ARN = /^arn:aws:kinesis:[a-z0-9-]+:\d{12}:stream\/([a-zA-Z0-9_.-]+)$/;
const BUCKET_ARN = /^arn:aws:s3:::([^/]+)(\/.*)?$/;
const DEFAULT_BATCH_SIZE = 100;

const invalid = (message: string) => new AwsError('InvalidParameterValueException', message);
const seconds = (ms: number | undefined) => (ms === undefined || ms === -1 ? ms : ms / 1000);
const milliseconds = (value: number | undefined) => (value === undefined || value === -1 ? value : value * 1000);

/** Lambda's operations on event source mappings, for its service's table. */
export function mappingOperations(
  context: EngineContext,
  mappings: EventSourceMappings,
  streams: Streams,
): Service['operations'] {
  const arnOf = (streamName: string) =>
    streams.find(streamName)?.arn ?? `arn:aws:kinesis:${context.region}:${context.account}:stream/${streamName}`;

  function describe(mapping: Mapping): EventSourceMappingConfiguration {
    const { uuid, spec, modifiedMs } = mapping.row();
    const { startingPosition: position, failureDestination } = spec;
    return {
      UUID: uuid,
      EventSourceMappingArn: `arn:aws:lambda:${context.region}:${context.account}:event-source-mapping:${uuid}`,
      EventSourceArn: arnOf(spec.streamName),
      FunctionArn: functionArn(context, spec.functionName),
      BatchSize: spec.batchSize,
      MaximumBatchingWindowInSeconds: seconds(spec.maximumBatchingWindowMs ?? 0),
      ParallelizationFactor: 1,
      ...(typeof position === 'object'
        ? { StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: new Date(position.atMs) }
        : { StartingPosition: position }),
      BisectBatchOnFunctionError: spec.bisectBatchOnFunctionError ?? false,
      MaximumRetryAttempts: spec.maximumRetryAttempts ?? -1,
      MaximumRecordAgeInSeconds: seconds(spec.maximumRecordAgeMs ?? -1),
      TumblingWindowInSeconds: 0,
      FunctionResponseTypes: spec.reportBatchItemFailures ? ['ReportBatchItemFailures'] : [],
      DestinationConfig: failureDestination
        ? { OnFailure: { Destination: failureDestination.replace('s3://', 'arn:aws:s3:::') } }
        : { OnFailure: {} },
      State: mapping.state(),
      StateTransitionReason: 'User action',
      LastProcessingResult: mapping.lastResult(),
      LastModified: new Date(modifiedMs),
    };
  }

  function require(uuid: string | undefined): Mapping {
    const mapping = mappings.find(uuid ?? '');
    if (!mapping) throw new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.', 404);
    return mapping;
  }

  function create(input: CreateEventSourceMappingRequest): EventSourceMappingConfiguration {
    refuseUnsupported(input, [...UNSUPPORTED, ...UNSUPPORTED_AT_CREATION]);
    const streamName = streamNameOf(input.EventSourceArn);
    if (!streams.find(streamName)) throw invalid(`The stream ${streamName} does not exist: create it first.`);
    const functionName = functionNameFrom(input.FunctionName);
    const same = mappings.all().find((mapping) => {
      const { spec } = mapping.row();
      return spec.streamName === streamName && spec.functionName === functionName;
    });
    if (same)
      throw new AwsError(
        'ResourceConflictException',
        `An event source mapping with event source arn (" ${arnOf(streamName)} ") and function (" ${functionName} ") already exists. Please update or delete the existing mapping with UUID ${same.row().uuid}`,
        409,
      );
    const spec = { ...changesOf(input), streamName, functionName, startingPosition: startOf(input) };
    const complete = { batchSize: DEFAULT_BATCH_SIZE, reportBatchItemFailures: false, ...spec, enabled: input.Enabled ?? true };
    refuseFault(complete);
    return describe(mappings.create(complete));
  }

  function update(input: UpdateEventSourceMappingRequest): EventSourceMappingConfiguration {
    const mapping = require(input.UUID);
    refuseUnsupported(input, UNSUPPORTED);
    const { spec, enabled } = mapping.row();
    const functionName = input.FunctionName === undefined ? spec.functionName : functionNameFrom(input.FunctionName);
    const changed: EventSourceMappingSpec = { ...spec, ...changesOf(input), functionName };
    refuseFault(changed);
    mappings.update(mapping, changed, input.Enabled ?? enabled);
    return describe(mapping);
  }

  function list(input: ListEventSourceMappingsRequest): ListEventSourceMappingsResponse {
    const functionName = input.FunctionName === undefined ? undefined : functionNameFrom(input.FunctionName);
    const streamName = input.EventSourceArn === undefined ? undefined : streamNameOf(input.EventSourceArn);
    const found = mappings
      .all()
      .filter((mapping) => {
        const { uuid, spec } = mapping.row();
        return (
          uuid > (input.Marker ?? '') &&
          (functionName === undefined || spec.functionName === functionName) &&
          (streamName === undefined || spec.streamName === streamName)
        );
      })
      .sort((a, b) => (a.row().uuid < b.row().uuid ? -1 : 1));
    const page = found.slice(0, input.MaxItems ?? 100);
    return {
      EventSourceMappings: page.map(describe),
      ...(page.length < found.length ? { NextMarker: page.at(-1)?.row().uuid } : {}),
    };
  }

  return {
    CreateEventSourceMapping: operation<CreateEventSourceMappingRequest, object>(CreateEventSourceMapping$, create),
    UpdateEventSourceMapping: operation<UpdateEventSourceMappingRequest, object>(UpdateEventSourceMapping$, update),
    GetEventSourceMapping: operation<GetEventSourceMappingRequest, object>(GetEventSourceMapping$, ({ UUID }) =>
      describe(require(UUID)),
    ),
    ListEventSourceMappings: operation<ListEventSourceMappingsRequest, object>(ListEventSourceMappings$, list),
    DeleteEventSourceMapping: operation<DeleteEventSourceMappingRequest, object>(DeleteEventSourceMapping$, ({ UUID }) => {
      const mapping = require(UUID);
      mappings.remove(mapping);
      return { ...describe(mapping), State: 'Deleting' };
    }),
  };
}

type Changes = CreateEventSourceMappingRequest | UpdateEventSourceMappingRequest;

/** The settings that a request gives, and only those. */
function changesOf(input: Changes): Partial<EventSourceMappingSpec> {
  const destination = input.DestinationConfig?.OnFailure?.Destination;
  if (input.DestinationConfig?.OnSuccess) throw invalid('OnSuccess is not for streams: leave it out.');
  if (destination && !BUCKET_ARN.test(destination))
    throw invalid('The engine writes failures to S3 only: the destination must look like arn:aws:s3:::bucket.');
  const given = {
    batchSize: input.BatchSize,
    maximumBatchingWindowMs: milliseconds(input.MaximumBatchingWindowInSeconds),
    maximumRecordAgeMs: milliseconds(input.MaximumRecordAgeInSeconds),
    maximumRetryAttempts: input.MaximumRetryAttempts,
    bisectBatchOnFunctionError: input.BisectBatchOnFunctionError,
    reportBatchItemFailures: input.FunctionResponseTypes?.includes('ReportBatchItemFailures'),
    failureDestination: destination ? destination.replace('arn:aws:s3:::', 's3://') : undefined,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function refuseUnsupported(input: Changes, members: readonly string[]): void {
  for (const member of members) {
    if ((input as unknown as Record<string, unknown>)[member] !== undefined)
      throw invalid(`${member} is not supported by the engine for event source mappings: leave it out.`);
  }
  if ((input.ParallelizationFactor ?? 1) !== 1)
    throw invalid('The engine takes one batch a shard at a time: a ParallelizationFactor other than 1 is not supported.');
  if ((input.TumblingWindowInSeconds ?? 0) !== 0)
    throw invalid('TumblingWindowInSeconds other than 0 is not supported by the engine.');
}

function refuseFault(spec: Omit<EventSourceMappingSpec, 'name'>): void {
  const fault = fieldFault(spec);
  if (fault) throw new AwsError('ValidationException', fault);
}

function startOf({ StartingPosition, StartingPositionTimestamp }: CreateEventSourceMappingRequest) {
  if ((StartingPosition === 'AT_TIMESTAMP') !== (StartingPositionTimestamp !== undefined))
    throw invalid('StartingPositionTimestamp goes with the starting position AT_TIMESTAMP and no other.');
  if (StartingPositionTimestamp) return { atMs: StartingPositionTimestamp.getTime() };
  if (StartingPosition !== 'TRIM_HORIZON' && StartingPosition !== 'LATEST')
    throw invalid('StartingPosition must be TRIM_HORIZON, LATEST or AT_TIMESTAMP.');
  return StartingPosition;
}

function streamNameOf(arn: string | undefined): string {
  const [, name] = STREAM_ARN.exec(arn ?? '') ?? [];
  if (name === undefined) throw invalid('EventSourceArn must be the ARN of a Kinesis stream: the engine has no other sources.');
  return name;
}

function functionNameFrom(nameOrArn: string | undefined): string {
  const name = functionNameOf(nameOrArn ?? '');
  if (name === undefined) throw invalid('FunctionName must be a name or an ARN, without version or alias.');
  return name;
}
