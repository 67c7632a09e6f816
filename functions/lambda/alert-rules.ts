import { alertRules } from '../api/alert-rules.ts';
import { createHandler } from '../api/create-handler.ts';
import { awsPlatform } from '../composition/aws.ts';

export const handler = createHandler(alertRules, awsPlatform);
