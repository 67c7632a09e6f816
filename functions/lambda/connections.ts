import { connections } from '../api/connections.ts';
import { createHandler } from '../api/create-handler.ts';
import { awsPlatform } from '../composition/aws.ts';

export const handler = createHandler(connections, awsPlatform);
