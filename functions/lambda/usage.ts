import { createHandler } from '../api/create-handler.ts';
import { usage } from '../api/usage.ts';
import { awsPlatform } from '../composition/aws.ts';

export const handler = createHandler(usage, awsPlatform);
