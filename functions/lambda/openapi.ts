import { createHandler } from '../api/create-handler.ts';
import { openApiResource } from '../api/openapi.ts';
import { apiResources } from '../api/resources.ts';
import { awsPlatform } from '../composition/aws.ts';

export const handler = createHandler(
  openApiResource(() => apiResources),
  awsPlatform,
);
