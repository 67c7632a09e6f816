import { audit } from '../api/audit.ts';
import { createHandler } from '../api/create-handler.ts';
import { awsPlatform } from '../composition/aws.ts';

export const handler = createHandler(audit, awsPlatform);
