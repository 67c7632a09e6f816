import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2';
import type { ApiResource } from '../../functions/api/route.ts';

/** A route of the API as API Gateway needs it. */
export interface ApiRoute {
  method: apigateway.HttpMethod;
  path: string;
  /** Public routes go through without an access token; on all others API Gateway checks it before the function runs. */
  public: boolean;
}

/** Routes of a resource, from the resource's own table, so that nothing is written twice. */
export function routesOf(resource: Pick<ApiResource, 'routes'>): ApiRoute[] {
  return resource.routes.map(({ method, path, access }) => ({
    method: apigateway.HttpMethod[method],
    path,
    public: access === 'public',
  }));
}
