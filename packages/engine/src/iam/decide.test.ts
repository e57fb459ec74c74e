import { expect, test } from 'vitest';
import type { RequestContext } from './conditions.ts';
import { decide } from './decide.ts';
import { compileRole, type PolicyStatement } from './policy.ts';

const judge = (statements: readonly PolicyStatement[], action: string, resource: string, context?: RequestContext) =>
  decide('r', compileRole({ name: 'r', policies: [{ Version: '2012-10-17', Statement: statements }] }), {
    action,
    resource,
    ...(context === undefined ? {} : { context }),
  }).outcome;

const object = 'arn:aws:s3:::b/receipts/2001/x.json';

test.each([
  { why: 'the action and the resource as written', action: 's3:GetObject', on: object, outcome: 'allowed' },
  { why: 'actions are not case-sensitive', action: 's3:getobject', on: object, outcome: 'allowed' },
  { why: 'another action', action: 's3:PutObject', on: object, outcome: 'denied' },
  { why: 'a longer name of an action', action: 's3:GetObjectVersion', on: object, outcome: 'denied' },
  { why: 'a star reaches over slashes', action: 's3:GetObject', on: 'arn:aws:s3:::b/receipts/*/x.json', outcome: 'allowed' },
  { why: 'a star that ends a prefix', action: 's3:GetObject', on: 'arn:aws:s3:::b/receipts/*', outcome: 'allowed' },
  { why: 'another prefix', action: 's3:GetObject', on: 'arn:aws:s3:::b/plans/*', outcome: 'denied' },
  { why: 'a question mark is one character', action: 's3:GetObject', on: 'arn:aws:s3:::?/receipts/*', outcome: 'allowed' },
  { why: 'resources are case-sensitive', action: 's3:GetObject', on: 'arn:aws:s3:::B/receipts/*', outcome: 'denied' },
  { why: 'the bucket is not its objects', action: 's3:GetObject', on: 'arn:aws:s3:::b', outcome: 'denied' },
  {
    why: 'no star reaches over a colon of the ARN',
    action: 's3:GetObject',
    on: 'arn:*:b/receipts/2001/x.json',
    outcome: 'denied',
  },
  { why: 'everything', action: 's3:GetObject', on: '*', outcome: 'allowed' },
])('$why', ({ action, on, outcome }) => {
  expect(judge([{ Effect: 'Allow', Action: 's3:GetObject', Resource: on }], action, object)).toBe(outcome);
});

test('a Deny beats every Allow, and is told apart', () => {
  const statements: PolicyStatement[] = [
    { Effect: 'Allow', Action: 's3:*', Resource: '*' },
    { Effect: 'Deny', Action: ['s3:DeleteObject', 's3:Put*'], Resource: 'arn:aws:s3:::b/receipts/*' },
  ];
  expect(judge(statements, 's3:GetObject', object)).toBe('allowed');
  expect(judge(statements, 's3:PutObject', object)).toBe('denied-explicitly');
  expect(judge(statements, 's3:PutObject', 'arn:aws:s3:::b/plans/x')).toBe('allowed');
});

test('what allows is told permission by permission', () => {
  const role = compileRole({
    name: 'r',
    policies: [
      {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: ['s3:GetObject', 's3:Get*'], Resource: ['arn:aws:s3:::b/*', 'arn:aws:s3:::c/*'] },
          { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/receipts/*' },
        ],
      },
    ],
  });
  expect(decide('r', role, { action: 's3:GetObject', resource: object }).allowedBy).toEqual([
    { role: 'r', statement: 0, action: 's3:GetObject', resource: 'arn:aws:s3:::b/*' },
    { role: 'r', statement: 0, action: 's3:Get*', resource: 'arn:aws:s3:::b/*' },
    { role: 'r', statement: 1, action: 's3:GetObject', resource: 'arn:aws:s3:::b/receipts/*' },
  ]);
});

const prefix = (value: string) => ({ 's3:prefix': value });
test.each([
  { why: 'equal', condition: { StringEquals: { 's3:prefix': 'a/' } }, context: prefix('a/'), outcome: 'allowed' },
  {
    why: 'one of several',
    condition: { StringEquals: { 's3:prefix': ['b/', 'a/'] } },
    context: prefix('a/'),
    outcome: 'allowed',
  },
  { why: 'not equal', condition: { StringEquals: { 's3:prefix': 'a/' } }, context: prefix('a/b'), outcome: 'denied' },
  { why: 'like', condition: { StringLike: { 's3:prefix': 'a/*' } }, context: prefix('a/b'), outcome: 'allowed' },
  { why: 'a key that is not there', condition: { StringLike: { 's3:prefix': '*' } }, context: {}, outcome: 'denied' },
  { why: 'unless IfExists', condition: { StringLikeIfExists: { 's3:prefix': 'a' } }, context: {}, outcome: 'allowed' },
  { why: 'a negation holds for it', condition: { StringNotEquals: { 's3:prefix': 'a' } }, context: {}, outcome: 'allowed' },
  { why: 'Null asks for that', condition: { Null: { 's3:prefix': 'true' } }, context: prefix('a'), outcome: 'denied' },
  {
    why: 'every operator must hold',
    condition: { StringLike: { 's3:prefix': 'a*' }, StringNotLike: { 's3:prefix': 'ab*' } },
    context: prefix('abc'),
    outcome: 'denied',
  },
  {
    why: 'keys of conditions have no case',
    condition: { Bool: { 'AWS:SecureTransport': 'true' } },
    context: { 'aws:securetransport': 'true' },
    outcome: 'allowed',
  },
  {
    why: 'an ARN part by part',
    condition: { ArnLike: { 'kms:EncryptionContext:aws:s3:arn': 'arn:aws:s3:::b*' } },
    context: { 'kms:encryptioncontext:aws:s3:arn': 'arn:aws:s3:::bucket' },
    outcome: 'allowed',
  },
  {
    why: 'each of many values',
    condition: { 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['a', 'b'] } },
    context: { 'kms:encryptioncontextkeys': ['a', 'c'] },
    outcome: 'denied',
  },
  {
    why: 'numbers',
    condition: { NumericLessThanEquals: { 's3:max-keys': '10' } },
    context: { 's3:max-keys': '10' },
    outcome: 'allowed',
  },
])('a condition: $why', ({ condition, context, outcome }) => {
  const statement = {
    Effect: 'Allow',
    Action: 's3:ListBucket',
    Resource: '*',
    Condition: condition,
  } as unknown as PolicyStatement;
  expect(judge([statement], 's3:ListBucket', 'arn:aws:s3:::b', context)).toBe(outcome);
});

const allow = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
test.each([
  { statement: { ...allow, NotAction: 's3:PutObject' }, named: /NotAction/ },
  { statement: { ...allow, Principal: '*' }, named: /Principal/ },
  { statement: { ...allow, Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }, named: /SourceIp/ },
  { statement: { ...allow, Condition: { BinaryEquals: { 's3:prefix': 'x' } } }, named: /BinaryEquals/ },
  { statement: { ...allow, Action: 'GetObject' }, named: /GetObject must look like/ },
  { statement: { ...allow, Resource: 'bucket' }, named: /bucket must be an ARN/ },
  { statement: { ...allow, Resource: `arn:aws:s3:::$\{aws:username}/*` }, named: /variables/ },
  { statement: { ...allow, Effect: 'Maybe' }, named: /Effect/ },
])('what cannot be judged is refused by name: $named', ({ statement, named }) => {
  const role = { name: 'reader', policies: [{ Version: '2012-10-17' as const, Statement: [statement as PolicyStatement] }] };
  expect(() => compileRole(role)).toThrow(named);
  expect(() => compileRole(role)).toThrow(/^role reader, statement 1: /);
});
