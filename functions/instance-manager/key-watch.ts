import type { InstanceLogLine } from '../../core/instance-configuration.ts';
import { tellsOfRefusedKey } from '../domain/refused-key.ts';
import type { CrashRecovery } from './crash-recovery.ts';
import { recordKeyStatus } from './key-status.ts';
import type { SupervisorPorts } from './supervisor-ports.ts';

const minute = 60_000;
/** A workflow of a customer can call many times a minute; one question is enough. */
const pauseBetweenChecks = minute;
const firstRetry = 5 * minute;
const longestRetry = 60 * minute;

/**
 * Notices that Smartlead refuses the key of a running instance, so that it is shown as `unauthenticated` instead of failing every
 * call; and asks again after growing pauses, for an account that was closed can be opened again. A rotated key needs no waiting:
 * the rotation restarts the instance, and so does the next comparison where that request was lost.
 */
export class KeyWatch {
  readonly #ports: SupervisorPorts;
  readonly #recovery: CrashRecovery;
  readonly #lastChecks = new Map<string, number>();
  readonly #retries = new Map<string, { dueAt: number; pause: number }>();

  constructor(ports: SupervisorPorts, recovery: CrashRecovery) {
    this.#ports = ports;
    this.#recovery = recovery;
  }

  /** Takes a log line of an instance. Never rejects. */
  async onLog(instanceId: string, line: InstanceLogLine): Promise<void> {
    if (tellsOfRefusedKey(line)) await this.suspect(instanceId);
  }

  /** Takes the hint that Smartlead refused the key of an instance. Never rejects. */
  async suspect(instanceId: string): Promise<void> {
    const now = this.#now();
    if (now - (this.#lastChecks.get(instanceId) ?? Number.NEGATIVE_INFINITY) < pauseBetweenChecks) return;
    this.#lastChecks.set(instanceId, now);
    try {
      if (!(await this.#isRefused(instanceId))) return;
      // It was accepted until now: the pauses begin anew.
      this.#retries.delete(instanceId);
      await this.#ports.runner.run(instanceId, 'restart', {
        recovery: true,
        reason: 'Smartlead refused the key, so it is checked before the instance goes on.',
      });
    } catch (cause) {
      this.#ports.report({ message: 'A refused key could not be checked.', instanceId, cause });
    }
  }

  /** Starts an unauthenticated instance again if its time has come. The start asks Smartlead before it launches anything. */
  async retryWhenDue(instanceId: string): Promise<void> {
    const now = this.#now();
    const retry = this.#retries.get(instanceId);
    if (await this.#hasNewKey(instanceId)) {
      this.#retries.delete(instanceId);
      await this.#recovery.start(instanceId, 'Its key was rotated.');
    } else if (!retry) {
      this.#retries.set(instanceId, { dueAt: now + firstRetry, pause: firstRetry });
    } else if (now >= retry.dueAt) {
      const pause = Math.min(retry.pause * 2, longestRetry);
      this.#retries.set(instanceId, { dueAt: now + pause, pause });
      await this.#recovery.start(instanceId, 'Its key is tried again.');
    }
  }

  /** Forgets all instances but these, so that deleted ones cost no memory. */
  retain(instanceIds: ReadonlySet<string>): void {
    for (const known of [this.#lastChecks, this.#retries]) {
      for (const instanceId of known.keys()) if (!instanceIds.has(instanceId)) known.delete(instanceId);
    }
  }

  /** Whether the key of the instance is one that Smartlead is not known to refuse. */
  async #hasNewKey(instanceId: string): Promise<boolean> {
    const instance = await this.#ports.instances.findById(instanceId);
    const key = instance && (await this.#ports.keys.find(instance.workspaceId, instance.keyId));
    return key?.status === 'valid';
  }

  /**
   * Asks Smartlead itself, and notes a refusal at the key: the launch that follows then ends as `unauthenticated`. A key that was
   * rotated while Smartlead was asked is not refused.
   */
  async #isRefused(instanceId: string): Promise<boolean> {
    const { instances, keys, secrets, keyChecker } = this.#ports;
    const instance = await instances.findById(instanceId);
    if (instance?.status !== 'running') return false;
    const key = await keys.find(instance.workspaceId, instance.keyId);
    if (!key || (await keyChecker.check(await secrets.get(key.secret))) !== 'refused') return false;
    return recordKeyStatus(keys, { workspaceId: key.workspaceId, id: key.id, version: key.secret.version }, 'refused');
  }

  #now(): number {
    return this.#ports.clock.now().getTime();
  }
}
