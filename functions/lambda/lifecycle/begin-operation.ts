import { awsLifecyclePorts } from '../../composition/aws-lifecycle.ts';
import { beginOperation } from '../../instance-manager/tasks/begin-operation.ts';

export const handler = beginOperation(awsLifecyclePorts);
