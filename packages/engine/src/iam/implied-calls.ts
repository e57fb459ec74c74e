/**
 * What AWS does in the caller's name, or in a role's, beside the call itself. IAM asks the policies of that role for each
 * of these too, and so does the engine.
 *
 * `source` is the title of the page of the AWS documentation that says so.
 */
export interface ImpliedCall {
  readonly when: string;
  readonly actions: readonly string[];
  readonly source: string;
}

export const impliedCalls = {
  readEncryptedObject: {
    when: 'an object is read from a bucket with a KMS key',
    actions: ['kms:Decrypt'],
    source: 'Amazon S3 User Guide: Using server-side encryption with AWS KMS keys (SSE-KMS)',
  },
  writeEncryptedObject: {
    when: 'an object is put into a bucket with a KMS key',
    actions: ['kms:GenerateDataKey'],
    source: 'Amazon S3 User Guide: Using server-side encryption with AWS KMS keys (SSE-KMS)',
  },
  writeEncryptedParts: {
    when: 'an object is uploaded in parts to a bucket with a KMS key',
    actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
    source: 'Amazon S3 User Guide: Uploading and copying objects using multipart upload, Multipart upload API and permissions',
  },
  missingObject: {
    when: 'an object that is not there is asked for: without it the answer is AccessDenied, not NoSuchKey',
    actions: ['s3:ListBucket'],
    source: 'Amazon S3 API Reference: GetObject, Permissions',
  },
  putEncryptedRecord: {
    when: 'a record is put into a stream with a KMS key',
    actions: ['kms:GenerateDataKey'],
    source: 'Amazon Kinesis Data Streams Developer Guide: Permissions to use user-generated KMS keys',
  },
  readEncryptedRecord: {
    when: 'records are read from a stream with a KMS key',
    actions: ['kms:Decrypt'],
    source: 'Amazon Kinesis Data Streams Developer Guide: Permissions to use user-generated KMS keys',
  },
  useEncryptedOnlineStore: {
    when: 'a record is put, read or deleted in an online store with a KMS key',
    actions: ['kms:Decrypt'],
    source: 'Amazon SageMaker Developer Guide: Security and access control, Accessing Data in Your Online Store',
  },
  writeOfflineStore: {
    when: "Feature Store brings records to S3, in the group's role",
    actions: ['s3:PutObject', 's3:GetBucketAcl'],
    source: 'Amazon SageMaker Developer Guide: AWS managed policy AmazonSageMakerFeatureStoreAccess',
  },
  commitIceberg: {
    when: "Feature Store brings records to a table in Iceberg format, in the group's role",
    actions: ['s3:GetObject', 'glue:GetTable', 'glue:UpdateTable'],
    source: 'Amazon SageMaker Developer Guide: AWS managed policy AmazonSageMakerFeatureStoreAccess',
  },
  writeEncryptedOfflineStore: {
    when: "Feature Store brings records to S3 under a KMS key, in the group's role",
    actions: ['kms:GenerateDataKey'],
    source:
      'Amazon SageMaker Developer Guide: Security and access control, Authorizing Use of a Customer Managed Key for your Offline Store',
  },
  pollStream: {
    when: "an event source mapping reads its stream, in the function's role",
    actions: [
      'kinesis:DescribeStream',
      'kinesis:DescribeStreamSummary',
      'kinesis:GetRecords',
      'kinesis:GetShardIterator',
      'kinesis:ListShards',
    ],
    source: 'AWS Lambda Developer Guide: Process Amazon Kinesis Data Streams records with Lambda',
  },
  keepFailure: {
    when: "Lambda puts what finally failed into S3, in the function's role",
    actions: ['s3:PutObject', 's3:ListBucket'],
    source: 'AWS Lambda Developer Guide: Capturing records of Lambda asynchronous invocations; Retain discarded batch records',
  },
  startMapRun: {
    when: "a distributed Map starts its children, executions of its own machine, in the machine's role",
    actions: ['states:StartExecution'],
    source: 'AWS Step Functions Developer Guide: IAM policies for using Distributed Map states',
  },
  followMapRun: {
    when: "a distributed Map follows its children, in the machine's role",
    actions: ['states:DescribeExecution'],
    source: 'AWS Step Functions Developer Guide: IAM policies for using Distributed Map states',
  },
  redriveMapRun: {
    when: "a redriven execution runs a distributed Map's failed children again, in the machine's role",
    actions: ['states:RedriveExecution'],
    source: 'AWS Step Functions Developer Guide: IAM policies for using Distributed Map states, Redriving a Map Run',
  },
  followQuery: {
    when: "a machine waits for a query's end (startQueryExecution.sync), in the machine's role",
    actions: ['athena:GetQueryExecution'],
    source: 'AWS Step Functions Developer Guide: IAM policies for calling Athena',
  },
  findCatalogue: {
    when: 'a machine starts a query: the catalogue is asked for first',
    actions: ['athena:GetDataCatalog'],
    source: 'AWS Step Functions Developer Guide: IAM policies for calling Athena',
  },
  describeQueriedTable: {
    when: 'a query names a table',
    actions: ['glue:GetDatabase', 'glue:GetTable'],
    source: 'Amazon Athena User Guide: Configure access to databases and tables in the AWS Glue Data Catalog',
  },
  readQueriedPartitions: {
    when: 'a query reads a table with partitions that are not projected',
    actions: ['glue:GetPartitions'],
    source: 'Amazon Athena User Guide: Configure access to databases and tables in the AWS Glue Data Catalog',
  },
  decryptEnvironment: {
    when: "a function starts whose environment is encrypted under a KMS key, in the function's role",
    actions: ['kms:Decrypt'],
    source: 'AWS Lambda Developer Guide: Securing Lambda environment variables, Permissions',
  },
  readQueriedData: {
    when: "a query reads a table's files",
    actions: ['s3:ListBucket', 's3:GetObject'],
    source: 'Amazon Athena User Guide: Control access to Amazon S3 from Athena',
  },
  writeQueryResults: {
    when: 'a query writes its result, or UNLOAD its files',
    actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:PutObject'],
    source: 'Amazon Athena User Guide: AWS managed policy AmazonAthenaFullAccess; UNLOAD',
  },
} as const satisfies Readonly<Record<string, ImpliedCall>>;
