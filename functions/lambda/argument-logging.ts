import { argumentLogging } from '../api/argument-logging.ts';
import { createHandler } from '../api/create-handler.ts';
import { awsPlatform } from '../composition/aws.ts';

export const handler = createHandler(argumentLogging, awsPlatform);
