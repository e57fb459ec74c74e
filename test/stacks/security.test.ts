/** What must hold for every stage, and that each rule finds what breaks it. */
import { stageNames } from '@tidemark/functions/resolve-topology';
import { beforeAll, describe, expect, test } from 'vitest';
import { changed, type Inputs, PLACE, type Resources, resourcesOf, SYNTH_MS, without } from './resources.ts';
import { findAuditGaps } from './rules/audit.ts';
import { findLifecycleGaps, findPlainTransport, findPublic } from './rules/buckets.ts';
import { findUnencrypted } from './rules/encryption.ts';
import { asynchronousFunctions, findLostFailures } from './rules/failures.ts';
import { findSticky, findUnprotected } from './rules/protection.ts';
import { findUnauthorised } from './rules/routes.ts';
import { EXCEPTIONS, findWildcards } from './rules/wildcards.ts';

const OPTIONS = { TIDEMARK_NETWORK: 'private', TIDEMARK_CONSUMER_ACCOUNTS: '111111111111', TIDEMARK_ALARM_MAIL: 'a@example.org' };
const stages: Record<string, Resources> = {};

beforeAll(async () => {
  stages.dev = await resourcesOf('dev');
  stages.production = await resourcesOf('production');
  stages['production with every option'] = await resourcesOf('production', OPTIONS);
}, SYNTH_MS);

const names = ['dev', 'production', 'production with every option'];
const lifecycle = (stage: string) => (resources: Resources) =>
  findLifecycleGaps(resources, stageNames({ stage: stage.split(' ')[0] ?? '', ...PLACE }).bucket);

describe.each(names)('stage %s', (stage) => {
  test.each([
    { rule: 'allows only named actions on named resources', find: findWildcards },
    { rule: 'encrypts with its own keys', find: findUnencrypted },
    { rule: 'is spoken to over TLS 1.2 or newer', find: findPlainTransport },
    { rule: 'has nothing public', find: findPublic },
    { rule: 'knows who asks, on every route', find: findUnauthorised },
    { rule: 'loses no failure', find: findLostFailures },
    { rule: 'keeps who read what', find: findAuditGaps },
    { rule: 'keeps files as long as the data map says', find: lifecycle(stage) },
  ])('$rule', ({ find }) => {
    expect(find(stages[stage] as Resources)).toEqual([]);
  });
});

test('a stage that is not production goes without a trace, and production keeps what it holds', () => {
  expect(findSticky(stages.dev as Resources)).toEqual([]);
  expect(findUnprotected(stages.production as Resources)).toEqual([]);
  expect(findUnprotected(stages.dev as Resources).length).toBeGreaterThan(10);
  expect(findSticky(stages.production as Resources).length).toBeGreaterThan(10);
});

test('every exception for a wildcard is needed, and says why', () => {
  const wide = names.flatMap((stage) => findWildcardsWithout(stages[stage] as Resources));
  for (const { at, why } of EXCEPTIONS) expect([why, wide.some((problem) => at.test(problem))]).toEqual([why, true]);
  expect(EXCEPTIONS.length).toBeLessThan(6);
});

/** The rule as it would be if nothing were excepted: statements are renamed, so that no exception knows them. */
const findWildcardsWithout = (resources: Resources) =>
  resources.flatMap((resource) =>
    findWildcards([{ ...resource, name: `renamed/${resource.name}` }]).map((problem) => problem.replace('renamed/', '')),
  );

const statement = (resource: Inputs, sid: string) => resource.inputs.policy.Statement.find((one: Inputs) => one.Sid === sid);

describe('a rule finds what breaks it:', () => {
  const planted: {
    readonly why: string;
    readonly find: (resources: Resources) => string[];
    readonly name: string;
    readonly change: (resource: Inputs) => void;
  }[] = [
    {
      why: 'all actions of a service',
      find: findWildcards,
      name: 'PlanIngestPolicy',
      change: (one) => {
        one.inputs.policy.Statement[0].Action = ['s3:*'];
      },
    },
    {
      why: 'any resource',
      find: findWildcards,
      name: 'ServeFeaturesPolicy',
      change: (one) => {
        one.inputs.policy.Statement[0].Resource = ['*'];
      },
    },
    {
      why: 'any feature group',
      find: findWildcards,
      name: 'IngestChunkPolicy',
      change: (one) => {
        statement(one, 'FeatureGroups').Resource = ['arn:aws:sagemaker:us-east-1:000000000000:*'];
      },
    },
    {
      why: 'any bucket',
      find: findWildcards,
      name: 'MachineIngestPolicy',
      change: (one) => {
        one.inputs.policy.Statement[0].Resource = ['arn:aws:s3:::*'];
      },
    },
    {
      why: 'mappings of other functions',
      find: findWildcards,
      name: 'PauseStreamPolicy',
      change: (one) => {
        for (const each of one.inputs.policy.Statement)
          if (each.Action[0] === 'lambda:UpdateEventSourceMapping') delete each.Condition;
      },
    },
    {
      why: "a bucket under S3's own key",
      find: findUnencrypted,
      name: 'BucketRawEncryption',
      change: (one) => {
        one.inputs.rules[0].applyServerSideEncryptionByDefault = { sseAlgorithm: 'AES256' };
      },
    },
    {
      why: 'a bucket without bucket keys',
      find: findUnencrypted,
      name: 'BucketLedgerEncryption',
      change: (one) => {
        one.inputs.rules[0].bucketKeyEnabled = false;
      },
    },
    {
      why: 'a plain stream',
      find: findUnencrypted,
      name: 'StreamDepartures',
      change: (one) => {
        one.inputs.encryptionType = 'NONE';
      },
    },
    {
      why: 'a group whose history has no key',
      find: findUnencrypted,
      name: 'Group-airport-hours-v1',
      change: (one) => {
        delete one.inputs.offlineStoreConfig.s3StorageConfig.kmsKeyId;
      },
    },
    {
      why: 'a group whose online store has no key',
      find: findUnencrypted,
      name: 'Group-airport-hours-v1',
      change: (one) => {
        delete one.inputs.onlineStoreConfig.securityConfig;
      },
    },
    {
      why: 'a plain log',
      find: findUnencrypted,
      name: 'ServeFeaturesLog',
      change: (one) => {
        delete one.inputs.kmsKeyId;
      },
    },
    {
      why: 'results where a client likes',
      find: findUnencrypted,
      name: 'Queries',
      change: (one) => {
        one.inputs.configuration.enforceWorkgroupConfiguration = false;
      },
    },
    {
      why: 'a key that never changes',
      find: findUnencrypted,
      name: 'Key-data',
      change: (one) => {
        one.inputs.enableKeyRotation = false;
      },
    },
    {
      why: 'plain HTTP',
      find: findPlainTransport,
      name: 'BucketRawPolicy',
      change: (one) => {
        one.inputs.policy.Statement = one.inputs.policy.Statement.filter((each: Inputs) => each.Condition.Bool === undefined);
      },
    },
    {
      why: 'old TLS for the files, not for the bucket',
      find: findPlainTransport,
      name: 'BucketRawPolicy',
      change: (one) => {
        const tls = one.inputs.policy.Statement.find((each: Inputs) => each.Condition.NumericLessThan);
        tls.Resource = tls.Resource.filter((resource: string) => !resource.endsWith('/*'));
      },
    },
    {
      why: 'a bucket that may become public',
      find: findPublic,
      name: 'BucketOfflinePublicAccessBlock',
      change: (one) => {
        one.inputs.restrictPublicBuckets = false;
      },
    },
    {
      why: 'a route for everybody',
      find: findUnauthorised,
      name: '',
      change: (one) => {
        one.inputs.authorizationType = 'NONE';
      },
    },
    {
      why: 'a function without a failure destination',
      find: findLostFailures,
      name: 'ObjectUploadedFailures',
      change: (one) => {
        delete one.inputs.destinationConfig;
      },
    },
    {
      why: 'audit lines that nobody takes when the function fails',
      find: findLostFailures,
      name: 'AuditLoggedFailures',
      change: (one) => {
        delete one.inputs.destinationConfig;
      },
    },
    {
      why: 'a subscription that the service may not deliver',
      find: findAuditGaps,
      name: 'FeatureReadsDelivery',
      change: (one) => {
        one.inputs.sourceArn = one.inputs.sourceArn.replace('serve-features', 'plan-ingest');
      },
    },
    {
      why: 'a function that any account may feed',
      find: findAuditGaps,
      name: 'FeatureReadsDelivery',
      change: (one) => {
        delete one.inputs.sourceAccount;
      },
    },
    {
      why: 'reads that are served by a function without a subscription',
      find: findAuditGaps,
      name: 'FeatureReadsSubscription',
      change: (one) => {
        one.inputs.logGroup = '/elsewhere';
      },
    },
    {
      why: 'audit lines that end in no log of evidence',
      find: findAuditGaps,
      name: 'AuditLogged',
      change: (one) => {
        one.inputs.environment.variables.AUDIT_LOG_GROUP = '/elsewhere';
      },
    },
    {
      why: 'evidence that goes as soon as any log',
      find: findAuditGaps,
      name: 'FeatureReadsLog',
      change: (one) => {
        one.inputs.retentionInDays = 90;
      },
    },
    {
      why: 'evidence that few tools can read',
      find: findAuditGaps,
      name: 'FeatureReadsLog',
      change: (one) => {
        one.inputs.logGroupClass = 'INFREQUENT_ACCESS';
      },
    },
    {
      why: 'a destination that the role may not write to',
      find: findLostFailures,
      name: 'ObjectUploadedPolicy',
      change: (one) => {
        one.inputs.policy.Statement = one.inputs.policy.Statement.filter(
          (each: Inputs) => !JSON.stringify(each.Resource).includes('aws/lambda/async'),
        );
      },
    },
    {
      why: 'a stream whose batches are given up silently',
      find: findLostFailures,
      name: 'StreamDeparturesReceived',
      change: (one) => {
        delete one.inputs.destinationConfig;
      },
    },
    {
      why: 'a schedule without dead letters',
      find: findLostFailures,
      name: 'ScheduleReconcile',
      change: (one) => {
        delete one.inputs.target.deadLetterConfig;
      },
    },
    {
      why: 'a retention that nobody declared',
      find: lifecycle('production'),
      name: 'BucketLedgerLifecycle',
      change: (one) => {
        one.inputs.rules.find((rule: Inputs) => rule.filter.prefix === 'plans/').expiration.days = 4;
      },
    },
    {
      why: 'old versions for ever',
      find: lifecycle('production'),
      name: 'BucketOfflineLifecycle',
      change: (one) => {
        one.inputs.rules = one.inputs.rules.filter((rule: Inputs) => rule.noncurrentVersionExpiration === undefined);
      },
    },
    {
      why: 'an unprotected group',
      find: findUnprotected,
      name: 'Group-airport-hours-v1',
      change: (one) => {
        delete one.options.protect;
      },
    },
    {
      why: 'a bucket that goes with its files',
      find: findUnprotected,
      name: 'BucketLedgerBucket',
      change: (one) => {
        one.inputs.forceDestroy = true;
      },
    },
    {
      why: 'evidence that goes with the stack',
      find: findUnprotected,
      name: 'FeatureReadsLog',
      change: (one) => {
        delete one.options.retainOnDelete;
      },
    },
  ];

  test.each(planted)('$why', ({ find, name, change }) => {
    const resources = stages.production as Resources;
    const first = resources.find(({ type }) => type === 'aws:apigatewayv2/route:Route')?.name ?? '';
    const found = find(changed(resources, name === '' ? first : name, change));
    expect(found).toHaveLength(1);
    expect(found[0]).not.toBe('');
  });

  test('a bucket whose encryption is not declared at all, and one without a policy', () => {
    const resources = stages.production as Resources;
    expect(findUnencrypted(without(resources, 'BucketOfflineEncryption'))).toHaveLength(1);
    expect(findPlainTransport(without(resources, 'BucketOfflinePolicy'))).toHaveLength(2);
    expect(findPlainTransport(without(resources, 'AlarmsPolicy'))).toHaveLength(1);
    expect(findPlainTransport(without(resources, 'ScheduleDeadLettersPolicy'))).toHaveLength(1);
  });

  test('what is invoked without being waited for is seen at all', () => {
    expect(asynchronousFunctions(stages.production as Resources)).toEqual(
      expect.arrayContaining(['production-object-uploaded', 'production-reconcile', 'production-audit-logged']),
    );
  });
});
