import { describe, expect, test } from 'vitest';
import { checkDefinition } from './check-definition.ts';

const only = (state: object, more: object = {}) =>
  JSON.stringify({ StartAt: 'Only', ...more, States: { Only: { End: true, ...state } } });
const invoke = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Parameters: { FunctionName: 'f' } };
const pass = { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } };
const map = (more: object, config: object = { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }) => ({
  Type: 'Map',
  ItemProcessor: { ...pass, ProcessorConfig: config },
  ...more,
});
const reader = {
  Resource: 'arn:aws:states:::s3:getObject',
  ReaderConfig: { InputType: 'JSON' },
  Parameters: { Bucket: 'b', Key: 'k' },
};

test.each([
  ['a Task', only(invoke)],
  ['a function by its ARN', only({ Type: 'Task', Resource: 'arn:aws:lambda:eu-central-1:123456789012:function:f' })],
  [
    'Athena',
    only({ ...invoke, Resource: 'arn:aws:states:::athena:startQueryExecution.sync', Parameters: { QueryString: 'SELECT 1' } }),
  ],
  ['QueryLanguage JSONPath', only({ ...invoke, QueryLanguage: 'JSONPath' }, { QueryLanguage: 'JSONPath' })],
  ['a distributed Map', only(map({ ItemReader: reader, Label: 'L', ItemBatcher: { MaxItemsPerBatch: 5 } }))],
  ['an inline Map with Iterator', only({ Type: 'Map', Iterator: pass })],
  ['intrinsic functions', only({ Type: 'Pass', Parameters: { 'a.$': "States.Format('{}', $.b)" } })],
  [
    'a Fail state with paths',
    JSON.stringify({ StartAt: 'F', States: { F: { Type: 'Fail', ErrorPath: '$.e', CausePath: '$.c' } } }),
  ],
])('accepts %s', (_, definition) => {
  expect(checkDefinition(definition)).toEqual([]);
});

describe('refuses by name', () => {
  const jsonata = { Type: 'Pass', QueryLanguage: 'JSONata', Output: "{% 'x' %}" };
  test.each([
    ['JSONata at the top', only({ Type: 'Pass' }, { QueryLanguage: 'JSONata' }), '/QueryLanguage', /JSONata/],
    ['JSONata in a state', only(jsonata), '/States/Only/QueryLanguage', /JSONata/],
    ['Output', only(jsonata), '/States/Only/Output', /JSONata/],
    ['Arguments', only({ ...invoke, Arguments: {} }), '/States/Only/Arguments', /JSONata/],
    ['Assign', only({ Type: 'Pass', Assign: { x: 1 } }), '/States/Only/Assign', /variables/],
    ['a variable in a path', only({ Type: 'Pass', InputPath: '$x.a' }), '/States/Only/InputPath', /Variables/],
    ['a variable in a template', only({ Type: 'Pass', Parameters: { 'a.$': '$x' } }), '/States/Only/Parameters/a.$', /Variables/],
    [
      'waitForTaskToken',
      only({ ...invoke, Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' }),
      '/States/Only/Resource',
      /waitForTaskToken/,
    ],
    [
      'the task token',
      only({ ...invoke, Parameters: { FunctionName: 'f', Payload: { 't.$': '$$.Task.Token' } } }),
      '/States/Only/Parameters/Payload/t.$',
      /Task\.Token/,
    ],
    ['HeartbeatSeconds', only({ ...invoke, HeartbeatSeconds: 5 }), '/States/Only/HeartbeatSeconds', /heartbeats/],
    [
      'activities',
      only({ Type: 'Task', Resource: 'arn:aws:states:eu-central-1:123456789012:activity:a' }),
      '/States/Only/Resource',
      /activity/,
    ],
    [
      'another integration',
      only({ Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage' }),
      '/States/Only/Resource',
      /sqs:sendMessage/,
    ],
    [
      'an SDK integration',
      only({ Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:s3:getObject' }),
      '/States/Only/Resource',
      /aws-sdk:s3/,
    ],
    ['Credentials', only({ ...invoke, Credentials: { RoleArn: 'r' } }), '/States/Only/Credentials', /Credentials/],
    [
      'an unknown intrinsic function',
      only({ Type: 'Pass', Parameters: { 'a.$': 'States.Nope(1)' } }),
      '/States/Only/Parameters/a.$',
      /States\.Nope/,
    ],
    ['an unknown field', only({ Type: 'Pass', Colour: 'red' }), '/States/Only/Colour', /'Colour'/],
    ['a state type', only({ Type: 'Loop' }), '/States/Only/Type', /'Loop'/],
    [
      'WriterConfig',
      only(map({ ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Parameters: { Bucket: 'b' }, WriterConfig: {} } })),
      '/States/Only/ResultWriter/WriterConfig',
      /WriterConfig/,
    ],
    [
      'a manifest',
      only(map({ ItemReader: { ...reader, ReaderConfig: { InputType: 'MANIFEST' } } })),
      '/States/Only/ItemReader/ReaderConfig/InputType',
      /MANIFEST/,
    ],
    [
      'another item reader',
      only(map({ ItemReader: { ...reader, Resource: 'arn:aws:states:::dynamodb:scan' } })),
      '/States/Only/ItemReader/Resource',
      /dynamodb/,
    ],
    [
      'ItemsPointer',
      only(map({ ItemReader: { ...reader, ReaderConfig: { InputType: 'JSON', ItemsPointer: '/a' } } })),
      '/States/Only/ItemReader/ReaderConfig/ItemsPointer',
      /ItemsPointer/,
    ],
    [
      'tolerance inline',
      only(map({ ToleratedFailureCount: 1 }, { Mode: 'INLINE' })),
      '/States/Only/ToleratedFailureCount',
      /DISTRIBUTED/,
    ],
    ['a reader inline', only(map({ ItemReader: reader }, {})), '/States/Only/ItemReader', /DISTRIBUTED/],
    [
      'a distributed Map in EXPRESS children',
      only(
        map({
          ItemProcessor: { ...JSON.parse(only(map({}))), ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' } },
        }),
      ),
      '/States/Only/ItemProcessor/States/Only',
      /EXPRESS/,
    ],
    [
      'States.ALL beside others',
      only({ ...invoke, Retry: [{ ErrorEquals: ['States.ALL', 'X'] }] }),
      '/States/Only/Retry/0/ErrorEquals',
      /alone/,
    ],
    [
      'an unknown comparison',
      JSON.stringify({
        StartAt: 'C',
        States: { C: { Type: 'Choice', Choices: [{ Variable: '$', StringIsNice: true, Next: 'C' }] } },
      }),
      '/States/C/Choices/0/StringIsNice',
      /StringIsNice/,
    ],
    ['a missing target', only({ Type: 'Pass', End: undefined, Next: 'Nowhere' }), '/', /Nowhere/],
    ['a StartAt that is not there', JSON.stringify({ ...pass, StartAt: 'Q' }), '/StartAt', /StartAt/],
    ['text that is not JSON', '{', '/', /not JSON/],
    ['another JSON value', '[]', '/', /object/],
  ])('%s', (_, definition, location, message) => {
    const found = checkDefinition(definition);
    expect(found).toContainEqual({ code: expect.any(String), location, message: expect.stringMatching(message) });
  });
});
