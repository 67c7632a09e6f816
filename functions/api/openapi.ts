import { z } from 'zod';
import { openApiDocument } from './openapi-document.ts';
import { type ApiResource, defineRoute } from './route.ts';

/**
 * The resource that describes all resources, itself included.
 *
 * @param resources Asked for at the first request, when the list that this resource is part of is complete.
 */
export function openApiResource(resources: () => readonly ApiResource[]): ApiResource {
  let document: ReturnType<typeof openApiDocument> | undefined;
  const getOpenApi = defineRoute({
    method: 'GET',
    path: '/v1/openapi.json',
    operationId: 'getOpenApiDocument',
    summary: 'Read this description of the API',
    access: 'public',
    response: { status: 200, description: 'An OpenAPI 3.1 document.', schema: z.looseObject({ openapi: z.string() }) },
    async handle() {
      document ??= openApiDocument(resources());
      return { body: document };
    },
  });
  return { name: 'openapi', description: 'The description of the API', routes: [getOpenApi] };
}
