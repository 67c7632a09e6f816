import type { PlatformMessage } from '../../../core/platform-messages.ts';
import type { InstanceWaker, RouterEvents } from '../ports.ts';
import type { Queue } from './queue.ts';

const wakeAgainMs = 1_000;
const maxRememberedWakes = 10_000;

/** What the router notices, as messages to the Instance Manager. */
export function routerEvents(queue: Pick<Queue, 'send'>): Required<RouterEvents> {
  const tell = (message: PlatformMessage) => queue.send(message);
  return {
    clientConnected: (connection) => tell({ kind: 'client-connected', ...connection }),
    tokenUsed: (tokenId, at) => tell({ kind: 'token-used', tokenId, at }),
    instanceFailed: ({ instanceId, address, kind }) => tell({ kind: 'instance-failed', instanceId, address, failure: kind }),
  };
}

/** Asks the Instance Manager to wake an instance: once a second at most, unless the message did not get away. */
export class QueueWaker implements InstanceWaker {
  readonly #queue: Pick<Queue, 'send'>;
  readonly #now: () => number;
  /** When each instance was last asked for, in milliseconds. */
  readonly #askedAt = new Map<string, number>();

  /** @param now A clock in milliseconds that only goes forward. */
  constructor(queue: Pick<Queue, 'send'>, now: () => number = () => performance.now()) {
    this.#queue = queue;
    this.#now = now;
  }

  async wake(instanceId: string): Promise<void> {
    const now = this.#now();
    const askedAt = this.#askedAt.get(instanceId);
    if (askedAt !== undefined && now - askedAt < wakeAgainMs) return;
    this.#askedAt.delete(instanceId);
    if (this.#askedAt.size >= maxRememberedWakes) this.#forgetOldest();
    this.#askedAt.set(instanceId, now);
    const message: PlatformMessage = { kind: 'wake', instanceId };
    try {
      await this.#queue.send(message);
    } catch (error) {
      if (this.#askedAt.get(instanceId) === now) this.#askedAt.delete(instanceId);
      throw error;
    }
  }

  #forgetOldest(): void {
    const oldest = this.#askedAt.keys().next();
    if (!oldest.done) this.#askedAt.delete(oldest.value);
  }
}
