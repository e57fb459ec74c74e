/** Faults of Lambda and of the services behind it that pass by themselves. */
export const transientFaults = [
  {
    ErrorEquals: [
      'DEPENDENCY_FAILED',
      'Lambda.ServiceException',
      'Lambda.AWSLambdaException',
      'Lambda.SdkClientException',
      'Lambda.TooManyRequestsException',
      'Lambda.Unknown',
      'Sandbox.Timedout',
      'States.Timeout',
    ],
    IntervalSeconds: 1,
    BackoffRate: 2,
    MaxDelaySeconds: 60,
    MaxAttempts: 6,
    JitterStrategy: 'FULL',
  },
];
