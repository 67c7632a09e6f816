import type { InstanceStatus } from '../../core/instance-status.ts';
import { ProblemError } from '../../core/problem.ts';
import type { Instance, InstanceChange, LifecycleOperation } from '../ports.ts';
import { statusDuring } from './status-moves.ts';
import { type StatusWords, statusWords, wakingWords } from './status-words.ts';

/** What a wish of the customer comes to: what to store, and what to ask of the lifecycle workflow. */
export interface OperationDecision {
  change: InstanceChange;
  operation: Exclude<LifecycleOperation, 'sleep'>;
}

/** What a customer can ask of an existing instance. */
export type InstanceWish = 'start' | 'stop' | 'restart';

/**
 * Decides what a wish changes. `undefined` where the instance already is, or is on its way, where the customer wants it, so that
 * asking twice changes nothing. A sleeping instance is woken by a start as by a restart. Throws ProblemError `conflict` for a
 * suspended instance, which only an operator may run.
 */
export function decideOperation(instance: Instance, wish: InstanceWish): OperationDecision | undefined {
  const { status, desiredState } = instance;
  if (wish === 'stop') {
    if (desiredState === 'stopped' && (status === 'stopping' || status === 'stopped')) return undefined;
    return { change: { desiredState: 'stopped', status: 'stopping', ...statusWords('stopping') }, operation: 'stop' };
  }
  refuseSuspended(instance);
  if (isOnItsWay(instance)) return undefined;
  if (wish === 'start' && desiredState === 'running' && status === 'running') return undefined;
  return launching(instance, wish);
}

/** Whether the instance is being brought up, or waits for its next try after it died. */
function isOnItsWay({ status, desiredState }: Instance): boolean {
  return desiredState === 'running' && (status === 'provisioning' || status === 'restarting');
}

/**
 * Whether the instance may be waiting for its next try after it died. Nothing needs to be stored for a wish to start or restart it
 * then, but a start that is asked for begins at once instead of after the pause.
 */
export function mayWaitForNextTry({ status, desiredState, runtime }: Instance): boolean {
  return desiredState === 'running' && status === 'restarting' && runtime === null;
}

/** Deleting is final: the instance is gone for everybody as soon as this is stored. */
export function decideDeletion(): OperationDecision {
  return { change: { desiredState: 'deleted', status: 'stopping', ...statusWords('stopping') }, operation: 'delete' };
}

/**
 * What follows when settings or the key of an instance changed: one that should run is restarted, even when it is just being
 * started, because the start may have read the old settings already. A sleeping one reads them when it wakes, and is not woken.
 */
export function decideAfterSettingsChange(instance: Instance): OperationDecision | undefined {
  if (instance.desiredState !== 'running' || instance.status === 'suspended' || instance.status === 'sleeping') return undefined;
  return launching(instance, 'restart');
}

/** The words beside the status in which an operation brings an instance up. */
export function wordsWhileLaunching(present: InstanceStatus, during: InstanceStatus): StatusWords {
  return present === 'sleeping' ? wakingWords : statusWords(during);
}

function launching({ status }: Instance, operation: 'start' | 'restart'): OperationDecision {
  const during = statusDuring(operation, status);
  return { change: { desiredState: 'running', status: during, ...wordsWhileLaunching(status, during) }, operation };
}

function refuseSuspended(instance: Instance): void {
  if (instance.status !== 'suspended') return;
  throw new ProblemError('conflict', {
    detail: `${instance.statusReason} ${instance.nextStep ?? 'Ask the operator of this installation.'}`,
  });
}
