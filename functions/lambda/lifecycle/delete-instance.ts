import { awsLifecyclePorts } from '../../composition/aws-lifecycle.ts';
import { deleteInstance } from '../../instance-manager/tasks/delete-instance.ts';

export const handler = deleteInstance(awsLifecyclePorts);
