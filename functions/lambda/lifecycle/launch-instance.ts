import { awsLifecyclePorts } from '../../composition/aws-lifecycle.ts';
import { launchInstance } from '../../instance-manager/tasks/launch-instance.ts';

export const handler = launchInstance(awsLifecyclePorts);
