import { createHandler } from '../api/create-handler.ts';
import { me } from '../api/me.ts';
import { awsPlatform } from '../composition/aws.ts';

export const handler = createHandler(me, awsPlatform);
