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
  secrets: notDeployed<Platform['secrets']>('the secret store'),
  instanceLogFeed: notDeployed<Platform['instanceLogFeed']>('the live view of instance logs', 'throw'),
  mail: notDeployed<NonNullable<Platform['mail']>>('the way to send mail'),
  rollouts: notDeployed<Platform['rollouts']>('the rolling upgrade of instances'),
  health: notDeployed<Platform['health']>('the check of the whole installation'),
} satisfies Partial<Platform>;

/** What the tasks of the lifecycle cannot do yet. */
export const lifecyclePartsNotYetOnAws = {
  secrets: apiPartsNotYetOnAws.secrets,
  accessTokens: notDeployed<LifecyclePorts['accessTokens']>('the store of access tokens'),
  launcher: notDeployed<LifecyclePorts['launcher']>('the launcher on Fargate'),
} satisfies Partial<LifecyclePorts>;

/** What the manager of instances cannot do yet. */
export const managerPartsNotYetOnAws = {
  ...lifecyclePartsNotYetOnAws,
  secrets: notDeployed<AwsManagerParts['secrets']>('the secret store'),
  versions: notDeployed<AwsManagerParts['versions']>('the list of instance versions'),
  mail: null,
  taskChanged: notDeployed<Pick<AwsManagerParts, 'taskChanged'>>('the launcher on Fargate').taskChanged,
} satisfies Partial<AwsManagerParts>;

function notDeployed<Port extends object>(part: string, how: 'reject' | 'throw' = 'reject'): Port {
  return refusingPort<Port>(`On AWS, ${part} is not deployed yet.`, how);
}
