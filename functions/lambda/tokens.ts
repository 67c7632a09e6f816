import { createHandler } from '../api/create-handler.ts';
import { tokens } from '../api/tokens.ts';
import { awsPlatform } from '../composition/aws.ts';

export const handler = createHandler(tokens, awsPlatform);
