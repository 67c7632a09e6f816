import { createIdentifier } from '../../core/identifiers.ts';
import { changeInstance } from '../domain/instance-change.ts';
import type { Clock, InstanceEventStore, InstanceStore } from '../ports.ts';

/** How many pairs of instance and client name are remembered as seen. */
const remembered = 10_000;

/**
 * Notes which clients connect to an instance: the first of all turns on the light in the dashboard, and each client's name becomes
 * an event once. Clients such as n8n connect anew for every run, so connections themselves are no events.
 */
export class ClientConnections {
  readonly #ports: { instances: InstanceStore; events: InstanceEventStore; clock: Clock };
  readonly #seen = new Set<string>();

  constructor(ports: { instances: InstanceStore; events: InstanceEventStore; clock: Clock }) {
    this.#ports = ports;
  }

  async connected({ instanceId, clientName }: { instanceId: string; clientName?: string }): Promise<void> {
    const client = `${instanceId} ${clientName ?? ''}`;
    if (this.#seen.has(client)) return;
    if (this.#seen.size >= remembered) this.#seen.clear();
    this.#seen.add(client);
    const now = this.#ports.clock.now();
    const time = now.toISOString();
    try {
      await changeInstance(this.#ports.instances, instanceId, (present) =>
        present.firstConnectedAt === null ? { firstConnectedAt: time } : undefined,
      );
      await this.#ports.events.append({
        id: createIdentifier('event', now.getTime()),
        instanceId,
        time,
        type: 'client-connected',
        message: clientName === undefined ? 'A client connected.' : `The client "${clientName}" connected.`,
      });
    } catch (error) {
      // Not noted, so the next connection tries again.
      this.#seen.delete(client);
      throw error;
    }
  }
}
