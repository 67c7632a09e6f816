import { awsLifecyclePorts } from '../../composition/aws-lifecycle.ts';
import { markUnauthenticated } from '../../instance-manager/tasks/mark-unauthenticated.ts';

export const handler = markUnauthenticated(awsLifecyclePorts);
