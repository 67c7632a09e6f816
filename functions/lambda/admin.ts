import { admin } from '../api/admin.ts';
import { createHandler } from '../api/create-handler.ts';
import { awsPlatform } from '../composition/aws.ts';

export const handler = createHandler(admin, awsPlatform);
