import { awsLifecyclePorts } from '../../composition/aws-lifecycle.ts';
import { markRunning } from '../../instance-manager/tasks/mark-running.ts';

export const handler = markRunning(awsLifecyclePorts);
