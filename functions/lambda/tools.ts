import { createHandler } from '../api/create-handler.ts';
import { tools } from '../api/tools.ts';
import { awsPlatform } from '../composition/aws.ts';

export const handler = createHandler(tools, awsPlatform);
