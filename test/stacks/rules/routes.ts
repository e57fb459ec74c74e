import { ofType, type Resources } from '../resources.ts';

/** Routes that anybody may call. */
export function findUnauthorised(resources: Resources): string[] {
  const authorizers = new Set(ofType(resources, 'apigatewayv2/authorizer:Authorizer').map(({ inputs }) => inputs.name as string));
  return ofType(resources, 'apigatewayv2/route:Route')
    .filter(({ inputs: { authorizationType: type, authorizerId } }) =>
      type === 'JWT' ? !authorizers.has(authorizerId) : type !== 'AWS_IAM',
    )
    .map(({ inputs }) => `${inputs.routeKey}: anybody may call it`);
}
