import { awsLifecyclePorts } from '../../composition/aws-lifecycle.ts';
import { registerRoute } from '../../instance-manager/tasks/register-route.ts';

export const handler = registerRoute(awsLifecyclePorts);
