import { createHandler } from '../api/create-handler.ts';
import { logs } from '../api/logs.ts';
import { awsPlatform } from '../composition/aws.ts';

export const handler = createHandler(logs, awsPlatform);
