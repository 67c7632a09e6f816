import type { InstanceActivity, InstanceActivityReader } from '../../../functions/ports.ts';

/** Nobody calls any instance unless a test says so. */
export class InMemoryInstanceActivity implements InstanceActivityReader {
  readonly #activity = new Map<string, InstanceActivity>();

  async read(instanceId: string): Promise<InstanceActivity> {
    return this.#activity.get(instanceId) ?? { lastRequestAt: undefined, requestsInFlight: 0, streams: 0 };
  }

  set(instanceId: string, activity: Partial<InstanceActivity>): void {
    this.#activity.set(instanceId, { lastRequestAt: undefined, requestsInFlight: 0, streams: 0, ...activity });
  }
}
