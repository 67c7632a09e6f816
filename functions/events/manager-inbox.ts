import { z } from 'zod';
import { ProblemError } from '../../core/problem.ts';
import type { ClientConnections } from '../instance-manager/client-connections.ts';
import type { OrphanConfirmation } from '../instance-manager/orphan-confirmation.ts';
import type { QueuedRunner } from '../instance-manager/queued-runner.ts';
import type { RolloutManager } from '../instance-manager/rollout-manager.ts';
import type { Supervisor } from '../instance-manager/supervisor.ts';
import type { ExecutionState, InstanceTokenStore, LifecycleExecutions } from '../ports.ts';
import { type ExecutionChange, type ManagerMessage, readManagerMessage, type TaskChange } from './manager-message.ts';

export interface ManagerInboxPorts {
  supervisor: Pick<Supervisor, 'wake' | 'suspect' | 'suspectKey'>;
  runner: Pick<QueuedRunner, 'asked' | 'executionEnded'>;
  executions: Pick<LifecycleExecutions, 'describe'>;
  connections: Pick<ClientConnections, 'connected'>;
  tokens: Pick<InstanceTokenStore, 'touch'>;
  rollouts: Pick<RolloutManager, 'lookForBegun' | 'cancel'>;
  orphanConfirmation: Pick<OrphanConfirmation, 'confirm'>;
  /** Told of tasks of instances that run or have ended. */
  taskChanged(event: TaskChange): Promise<void>;
  /** Compares what should be with what is. */
  reconcile(): Promise<void>;
}

const inputSchema = z.object({ instanceId: z.string() });

/**
 * Does what the messages in the queue of the manager ask for. What takes long, and what is found again by itself where this process dies,
 * is begun and not waited for, so that one slow instance holds up no news of others.
 */
export class ManagerInbox {
  readonly #ports: ManagerInboxPorts;
  #isReconciling = false;

  constructor(ports: ManagerInboxPorts) {
    this.#ports = ports;
  }

  /** Rejects where the message has to come again, and for one that nobody knows, which so ends among the dead letters. */
  async take(body: string): Promise<void> {
    await this.#perform(readManagerMessage(body));
  }

  async #perform(message: ManagerMessage): Promise<void> {
    const { supervisor, runner, connections, tokens, rollouts, taskChanged } = this.#ports;
    if ('source' in message) {
      if (message.source === 'aws.ecs') await taskChanged(message);
      else await this.#executionChanged(message.detail);
      return;
    }
    switch (message.kind) {
      case 'wake':
        // Whoever called waits at the router, which asks again.
        void supervisor.wake(message.instanceId);
        return;
      case 'instance-failed':
        // The next round of health checks finds the same.
        void supervisor.suspect(message.instanceId, message.address);
        return;
      case 'key-refused':
        void supervisor.suspectKey(message.instanceId);
        return;
      case 'operation-asked':
        return runner.asked(message.instanceId, message.operation);
      case 'client-connected':
        return connections.connected({
          instanceId: message.instanceId,
          ...(message.clientName === undefined ? {} : { clientName: message.clientName }),
        });
      case 'token-used':
        return tokens.touch(message.tokenId, message.at);
      case 'rollout-begun':
        return rollouts.lookForBegun();
      case 'rollout-cancel':
        return this.#cancelRollout(message.rolloutId);
      case 'orphans-confirmed':
        // The pass that comes within a minute acts upon it.
        this.#ports.orphanConfirmation.confirm(message.atMost, message.at);
        return;
      case 'reconcile':
        return this.#reconcile();
    }
  }

  /**
   * One pass at a time. A message that meets one is done with: the next minute brings another, and hundreds that have waited for a manager
   * must neither compare hundreds of times at once nor take the places of those who wake instances.
   */
  async #reconcile(): Promise<void> {
    if (this.#isReconciling) return;
    this.#isReconciling = true;
    try {
      await this.#ports.reconcile();
    } finally {
      this.#isReconciling = false;
    }
  }

  /** One that has ended meanwhile, or is none, is so for whoever asked, too. */
  async #cancelRollout(rolloutId: string): Promise<void> {
    const { rollouts } = this.#ports;
    await rollouts.lookForBegun();
    try {
      await rollouts.cancel(rolloutId);
    } catch (error) {
      if (!(error instanceof ProblemError && (error.type === 'conflict' || error.type === 'not-found'))) throw error;
    }
  }

  async #executionChanged({ name, status, input, error }: ExecutionChange): Promise<void> {
    if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return;
    // Without its input nobody knows whose it was; the next sweep finds that it has ended.
    const found = inputSchema.safeParse(parseJson(input ?? ''));
    if (!found.success) return;
    const state = await this.#endOf(name, status, error ?? undefined);
    await this.#ports.runner.executionEnded(found.data.instanceId, name, state);
  }

  async #endOf(
    name: string,
    status: Exclude<ExecutionChange['status'], 'RUNNING' | 'PENDING_REDRIVE'>,
    error: string | undefined,
  ): Promise<Exclude<ExecutionState, { status: 'running' }>> {
    if (status === 'SUCCEEDED') return { status: 'succeeded' };
    if (status !== 'FAILED') return { status: 'failed' };
    if (error !== undefined) return { status: 'failed', error };
    const described = await this.#ports.executions.describe(name);
    return described?.status === 'failed' ? described : { status: 'failed' };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
