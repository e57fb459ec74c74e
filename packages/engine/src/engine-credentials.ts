/**
 * The one key pair of the engine. Functions get it in their environment; routes with an IAM authorizer check signatures
 * against it. It guards nothing: every port is bound to 127.0.0.1, and other endpoints take any key.
 */
export const engineCredentials = {
  accessKeyId: 'AKIALOCALENGINE00000',
  secretAccessKey: 'local-engine-secret-access-key',
} as const;
