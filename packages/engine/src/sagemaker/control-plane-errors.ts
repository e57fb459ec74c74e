import { AwsError } from '../wire/aws-error.ts';

export const validationException = (message: string) => new AwsError('ValidationException', message);

export const groupNotFound = (name: string) =>
  new AwsError('ResourceNotFound', `Resource Not Found: Amazon SageMaker can't find a FeatureGroup with name ${name}`);

export const groupExists = (name: string) =>
  new AwsError('ResourceInUse', `Resource Already Exists: FeatureGroup with name ${name} already exists.`);
