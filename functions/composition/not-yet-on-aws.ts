/**
 * The parts of the platform that have no adapter for AWS yet. Whatever needs one of them answers 503 and says which part is
 * missing. Each adapter that comes takes its line away; `test/functions/composition/aws.test.ts` knows how many are left.
 */
import { ProblemError } from '../../core/problem.ts';
import type { Platform } from '../api/platform.ts';
import type { LifecyclePorts } from '../instance-manager/lifecycle-ports.ts';

/** What the REST API cannot do yet. */
export const apiPartsNotYetOnAws = {
  accounts: notDeployed<Platform['accounts']>('the store of accounts'),
  keys: notDeployed<Platform['keys']>('the store of Smartlead keys'),
  secrets: notDeployed<Platform['secrets']>('the secret store'),
  instances: notDeployed<Platform['instances']>('the store of instances'),
  instanceTokens: notDeployed<Platform['instanceTokens']>('the store of instance tokens'),
  instanceEvents: notDeployed<Platform['instanceEvents']>('the store of instance events'),
  instanceLogs: notDeployed<Platform['instanceLogs']>('the store of instance logs'),
  instanceLogFeed: notDeployed<Platform['instanceLogFeed']>('the live view of instance logs', 'throw'),
  instanceMetrics: notDeployed<Platform['instanceMetrics']>('the way to the metrics of running instances'),
  instanceMetricHistory: notDeployed<Platform['instanceMetricHistory']>('the store of metrics'),
  alerts: notDeployed<Platform['alerts']>('the store of alerts'),
  mail: notDeployed<NonNullable<Platform['mail']>>('the way to send mail'),
  webhooks: notDeployed<Platform['webhooks']>('the way to call webhooks', 'throw'),
  lifecycle: notDeployed<Platform['lifecycle']>('the starter of the lifecycle workflow'),
  rollouts: notDeployed<Platform['rollouts']>('the rolling upgrade of instances'),
  tokenRevoked: () => Promise.reject(notDeployedProblem('the channel to the router')),
  audit: notDeployed<Platform['audit']>('the audit trail'),
  usage: notDeployed<Platform['usage']>('the store of usage'),
  idempotency: notDeployed<Platform['idempotency']>('the memory of Idempotency-Keys'),
  health: notDeployed<Platform['health']>('the check of the whole installation'),
} satisfies Partial<Platform>;

/** What the tasks of the lifecycle cannot do yet, beyond the stores above. */
export const lifecyclePartsNotYetOnAws = {
  routes: notDeployed<LifecyclePorts['routes']>('the table of routes'),
  launcher: notDeployed<LifecyclePorts['launcher']>('the launcher on Fargate'),
} satisfies Partial<LifecyclePorts>;

/** A port whose every method fails: by a promise that rejects or, for ports that are not asynchronous, by throwing. */
function notDeployed<Port extends object>(part: string, how: 'reject' | 'throw' = 'reject'): Port {
  return new Proxy({} as Port, {
    get(_port, method) {
      // Not a promise, nor anything else that JavaScript looks for by itself.
      if (typeof method === 'symbol' || method === 'then') return undefined;
      return () => {
        const problem = notDeployedProblem(part);
        if (how === 'throw') throw problem;
        return Promise.reject(problem);
      };
    },
  });
}

function notDeployedProblem(part: string): ProblemError {
  return new ProblemError('not-available', { detail: `On AWS, ${part} is not deployed yet.` });
}
