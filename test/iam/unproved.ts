import type { Permission } from '@tidemark/engine';

export interface Unproved {
  readonly why: string;
  readonly is: (permission: Permission) => boolean;
}

const action = (pattern: RegExp) => (permission: Permission) => pattern.test(permission.action);

/** Permissions that no flow of the engine can show to be needed, with the reason; whatever is not in here has to be proved. */
export const UNPROVED: readonly Unproved[] = [
  {
    why: 'Lambda and Step Functions write logs beside the work: without these the lines are lost, and nothing fails',
    is: ({ action, resource }) => action.startsWith('logs:') && !resource.includes('/audit/'),
  },
  {
    why: 'the engine has no SQS: what Scheduler gives up it writes into its log',
    is: ({ role, action, resource }) =>
      /-schedule-/.test(role) && (action.startsWith('sqs:') || resource.endsWith('key/operations')),
  },
  {
    why: 'asked when an execution is stopped or a map run has failed already: the engine lets what still runs end by itself',
    is: action(/^(athena:StopQueryExecution|states:StopExecution)$/),
  },
  {
    why: 'Athena tidies up uploads that it broke off; the engine writes whole objects',
    is: action(/^s3:(AbortMultipartUpload|ListMultipartUploadParts)$/),
  },
  {
    why: "on AWS the stage's workgroup puts the results of queries there; the engine's puts them where the query says",
    is: ({ role, resource }) => /-machine-/.test(role) && resource.endsWith('/query-results/*'),
  },
  {
    why: 'asked only after a query that failed half-way, which the flows have not',
    is: ({ role, action }) =>
      (action === 'glue:UpdateTable' && /-(prepare-dataset|compare-backfill)$/.test(role)) ||
      (action === 's3:DeleteObject' && /-prepare-snapshot-query$/.test(role)),
  },
  {
    why: 'a lease is written again only when half of its time is over; the flows are quicker',
    is: ({ role, action, resource }) =>
      /-(cut-backfill-file|read-backfill-chunk|compare-backfill|write-backfill-bucket|seal-backfill)$/.test(role) &&
      (resource.includes('/leases/') || action === 'kms:GenerateDataKey'),
  },
  {
    why: 'asked only where the history has another row of the very same time',
    is: ({ role, action }) => action === 'sagemaker:DeleteRecord' && /-write-backfill-bucket$/.test(role),
  },
  {
    why: 'asked only where a group has more entities than one run looks at',
    is: ({ role, resource }) => /-observe-group$/.test(role) && resource.endsWith('/monitor-work/*'),
  },
  {
    why: 'asked only where an hour of the history holds fewer rows than its receipts add up to',
    is: ({ role, action, resource }) =>
      role.endsWith('-compare-group') && (/-offline-/.test(resource) || action === 'kms:Decrypt'),
  },
  {
    why: 'asked only where somebody else has paused the stream already',
    is: ({ role, action }) => /-pause-stream$/.test(role) && action === 'states:DescribeExecution',
  },
  {
    why: 'asked only where a rebuild finds events that cannot be folded',
    is: ({ role, action, resource }) =>
      /-(plan-rebuild|rebuild-bucket)$/.test(role) && (resource.endsWith('/quarantine/*') || action === 'kms:GenerateDataKey'),
  },
  {
    why: "a backfill's last step for windowed groups that files feed too; those of the example have a stream alone",
    is: ({ role, resource }) =>
      role.endsWith('-rebuild-backfill-windows') ||
      (role.endsWith('-machine-backfill') && resource.endsWith('-rebuild-backfill-windows')),
  },
];

/** Members of a set that definitions fill: a group that the example has no such work for is as good as one that it has. */
export const isOneOfASet = ({ action, resource }: Permission): boolean =>
  /^sagemaker:/.test(action) || (action === 'glue:GetTable' && resource.includes(':table/'));
