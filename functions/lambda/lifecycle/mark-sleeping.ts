import { awsLifecyclePorts } from '../../composition/aws-lifecycle.ts';
import { markSleeping } from '../../instance-manager/tasks/mark-sleeping.ts';

export const handler = markSleeping(awsLifecyclePorts);
