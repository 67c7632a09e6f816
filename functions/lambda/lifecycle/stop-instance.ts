import { awsLifecyclePorts } from '../../composition/aws-lifecycle.ts';
import { stopInstance } from '../../instance-manager/tasks/stop-instance.ts';

export const handler = stopInstance(awsLifecyclePorts);
