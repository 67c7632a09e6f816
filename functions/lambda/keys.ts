import { createHandler } from '../api/create-handler.ts';
import { keys } from '../api/keys.ts';
import { awsPlatform } from '../composition/aws.ts';

export const handler = createHandler(keys, awsPlatform);
