import { createHandler } from '../api/create-handler.ts';
import { instances } from '../api/instances.ts';
import { awsPlatform } from '../composition/aws.ts';

export const handler = createHandler(instances, awsPlatform);
