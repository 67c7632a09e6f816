import { ProblemError } from '../../core/problem.ts';
import type { Instance, InstanceChange, LifecycleOperation } from '../ports.ts';
import { statusWords } from './status-words.ts';

/** What a wish of the customer comes to: what to store, and what to ask of the lifecycle workflow. */
export interface OperationDecision {
  change: InstanceChange;
  operation: Exclude<LifecycleOperation, 'sleep'>;
}

/** What a customer can ask of an existing instance. */
export type InstanceWish = 'start' | 'stop' | 'restart';

/**
 * Decides what a wish changes. `undefined` where the instance already is, or is on its way, where the customer wants it, so that
 * asking twice changes nothing. Throws ProblemError `conflict` for a suspended instance, which only an operator may run.
 */
export function decideOperation(instance: Instance, wish: InstanceWish): OperationDecision | undefined {
  const { status, desiredState } = instance;
  if (wish === 'stop') {
    if (desiredState === 'stopped' && (status === 'stopping' || status === 'stopped')) return undefined;
    return { change: { desiredState: 'stopped', status: 'stopping', ...statusWords('stopping') }, operation: 'stop' };
  }
  refuseSuspended(instance);
  const onItsWay = desiredState === 'running' && (status === 'provisioning' || status === 'restarting');
  if (onItsWay) return undefined;
  if (wish === 'start') {
    if (desiredState === 'running' && status === 'running') return undefined;
    return { change: { desiredState: 'running', status: 'provisioning', ...statusWords('provisioning') }, operation: 'start' };
  }
  return restart();
}

/** Deleting is final: the instance is gone for everybody as soon as this is stored. */
export function decideDeletion(): OperationDecision {
  return { change: { desiredState: 'deleted', status: 'stopping', ...statusWords('stopping') }, operation: 'delete' };
}

/**
 * What follows when settings or the key of an instance changed: one that should run is restarted, even when it is just being
 * started, because the start may have read the old settings already.
 */
export function decideAfterSettingsChange(instance: Instance): OperationDecision | undefined {
  if (instance.desiredState !== 'running' || instance.status === 'suspended' || instance.status === 'sleeping') return undefined;
  return restart();
}

function restart(): OperationDecision {
  return { change: { desiredState: 'running', status: 'restarting', ...statusWords('restarting') }, operation: 'restart' };
}

function refuseSuspended(instance: Instance): void {
  if (instance.status !== 'suspended') return;
  throw new ProblemError('conflict', {
    detail: `${instance.statusReason} ${instance.nextStep ?? 'Ask the operator of this installation.'}`,
  });
}
