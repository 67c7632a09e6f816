import { awsLifecyclePorts } from '../../composition/aws-lifecycle.ts';
import { markStopped } from '../../instance-manager/tasks/mark-stopped.ts';

export const handler = markStopped(awsLifecyclePorts);
