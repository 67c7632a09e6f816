import { createHandler } from '../api/create-handler.ts';
import { installation } from '../api/installation.ts';
import { awsPlatform } from '../composition/aws.ts';

export const handler = createHandler(installation, awsPlatform);
