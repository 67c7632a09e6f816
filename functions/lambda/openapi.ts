import { createHandler } from '../api/create-handler.ts';
import { openApiResource } from '../api/openapi.ts';
import { apiResources } from '../api/resources.ts';
import { createAwsPlatformWithoutData } from '../composition/aws-without-data.ts';

export const handler = createHandler(
  openApiResource(() => apiResources),
  createAwsPlatformWithoutData(process.env),
);
