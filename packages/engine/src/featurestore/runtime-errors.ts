import { AwsError } from '../wire/aws-error.ts';

/** The runtime says ValidationError where the control plane says ValidationException. */
export const validationError = (message: string) => new AwsError('ValidationError', message, 400);

const unknownGroupText = (name: string) => `Resource Not Found: Amazon SageMaker can't find a FeatureGroup with name ${name}.`;

/** Writes and BatchGetRecord do not declare ResourceNotFound. */
export const unknownGroupAsValidationError = (name: string) => validationError(unknownGroupText(name));

export const unknownGroup = (name: string) => new AwsError('ResourceNotFound', unknownGroupText(name), 404);
