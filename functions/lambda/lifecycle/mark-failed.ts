import { awsLifecyclePorts } from '../../composition/aws-lifecycle.ts';
import { markFailed } from '../../instance-manager/tasks/mark-failed.ts';

export const handler = markFailed(awsLifecyclePorts);
