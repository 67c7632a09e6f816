/** The composition root of scale `saas` for the tasks of the lifecycle workflow. */
import type { LifecyclePorts } from '../instance-manager/lifecycle-ports.ts';
import { createAwsLifecyclePorts } from './aws-lifecycle-ports.ts';

/** Made once for each execution environment, so that a wrong deployment fails before its first execution. */
export const awsLifecyclePorts: LifecyclePorts = createAwsLifecyclePorts(process.env);
