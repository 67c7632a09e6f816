import { alerts } from '../api/alerts.ts';
import { createHandler } from '../api/create-handler.ts';
import { awsPlatform } from '../composition/aws.ts';

export const handler = createHandler(alerts, awsPlatform);
