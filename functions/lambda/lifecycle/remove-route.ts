import { awsLifecyclePorts } from '../../composition/aws-lifecycle.ts';
import { removeRoute } from '../../instance-manager/tasks/remove-route.ts';

export const handler = removeRoute(awsLifecyclePorts);
