/** The composition root of scale `saas`: what the Lambda functions of the REST API are made of. */
import type { Platform } from '../api/platform.ts';
import { createAwsPlatform } from './aws-platform.ts';

/** Made once for each execution environment, so that a wrong deployment fails before its first request. */
export const awsPlatform: Platform = createAwsPlatform(process.env);
