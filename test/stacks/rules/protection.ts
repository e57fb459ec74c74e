import { ofType, type Resources } from '../resources.ts';

/** What cannot be had again once it is gone. The work bucket and the tables are made again from the rest. */
const HOLDS_DATA = [
  's3/bucket:Bucket',
  'kms/key:Key',
  'sagemaker/featureGroup:FeatureGroup',
  'kinesis/stream:Stream',
  'glue/catalogDatabase:CatalogDatabase',
];
const SCRATCH = /^BucketWork/;

const holders = (resources: Resources) => [
  ...HOLDS_DATA.flatMap((type) => ofType(resources, type)).filter(({ name }) => !SCRATCH.test(name)),
  ...ofType(resources, 'cloudwatch/logGroup:LogGroup').filter(({ inputs }) => inputs.tags['tidemark:class'] === 'evidence'),
];

/** What holds data and could be deleted, replaced or forgotten by a deployment. */
export const findUnprotected = (resources: Resources): string[] =>
  holders(resources).flatMap(({ name, inputs, options }) => [
    ...(options?.protect === true ? [] : [`${name}: a deployment may delete or replace it`]),
    ...(options?.retainOnDelete === true ? [] : [`${name}: goes when it is taken out of the stacks`]),
    ...(inputs.forceDestroy === true ? [`${name}: is deleted with what it holds`] : []),
  ]);

/** What would be left behind, or in the way, when a stage is removed. */
export const findSticky = (resources: Resources): string[] => [
  ...resources.filter(({ options }) => options?.protect || options?.retainOnDelete).map(({ name }) => `${name}: stays behind`),
  ...ofType(resources, 's3/bucket:Bucket')
    .filter(({ inputs }) => inputs.forceDestroy !== true)
    .map(({ name }) => `${name}: cannot be deleted while it holds something`),
];
