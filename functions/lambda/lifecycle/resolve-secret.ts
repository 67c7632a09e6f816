import { awsLifecyclePorts } from '../../composition/aws-lifecycle.ts';
import { resolveSecret } from '../../instance-manager/tasks/resolve-secret.ts';

export const handler = resolveSecret(awsLifecyclePorts);
