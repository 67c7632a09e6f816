/**
 * The parts of the platform that have no adapter for AWS yet. Whatever needs one of them answers 503 and says which part is
 * missing. Each adapter that comes takes its line away; `test/functions/composition/aws.test.ts` knows how many are left.
 */
import type { Platform } from '../api/platform.ts';
import type { LifecyclePorts } from '../instance-manager/lifecycle-ports.ts';
import type { AwsManagerParts } from './aws-manager-parts.ts';
import { refusingPort } from './refusing-port.ts';

/** What the REST API cannot do yet. */
export const apiPartsNotYetOnAws = {
  instanceLogFeed: notDeployed<Platform['instanceLogFeed']>('the live view of instance logs', 'throw'),
  rollouts: notDeployed<Platform['rollouts']>('the rolling upgrade of instances'),
  health: notDeployed<Platform['health']>('the check of the whole installation'),
} satisfies Partial<Platform>;

/** What the tasks of the lifecycle cannot do yet. */
export const lifecyclePartsNotYetOnAws = {
  accessTokens: notDeployed<LifecyclePorts['accessTokens']>('the store of access tokens'),
  launcher: notDeployed<LifecyclePorts['launcher']>('the launcher on Fargate'),
} satisfies Partial<LifecyclePorts>;

/** What the manager of instances cannot do yet. */
export const managerPartsNotYetOnAws = {
  ...lifecyclePartsNotYetOnAws,
  taskChanged: notDeployed<Pick<AwsManagerParts, 'taskChanged'>>('the launcher on Fargate').taskChanged,
} satisfies Partial<AwsManagerParts>;

function notDeployed<Port extends object>(part: string, how: 'reject' | 'throw' = 'reject'): Port {
  return refusingPort<Port>(`On AWS, ${part} is not deployed yet.`, how);
}
