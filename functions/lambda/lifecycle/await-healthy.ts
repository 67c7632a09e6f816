import { awsLifecyclePorts } from '../../composition/aws-lifecycle.ts';
import { awaitHealthy } from '../../instance-manager/tasks/await-healthy.ts';

export const handler = awaitHealthy(awsLifecyclePorts);
