import { createHandler } from '../api/create-handler.ts';
import { metrics } from '../api/metrics.ts';
import { awsPlatform } from '../composition/aws.ts';

export const handler = createHandler(metrics, awsPlatform);
