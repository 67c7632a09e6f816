import type { WarmDemand, WarmKind, WarmPool, WarmProcess } from '../../ports.ts';

const dayMilliseconds = 24 * 60 * 60_000;

/** The warm processes of one platform process, which end with it. */
export class MemoryWarmPool implements WarmPool {
  readonly #processes = new Map<string, WarmProcess>();
  readonly #demand = new Map<string, WarmDemand>();

  async put(process: WarmProcess): Promise<void> {
    if (this.#processes.has(process.id)) throw new Error('There is a warm process of this id already.');
    this.#processes.set(process.id, { ...process });
  }

  async change(...[id, from, change]: Parameters<WarmPool['change']>): Promise<boolean> {
    const process = this.#processes.get(id);
    if (process?.state !== from) return false;
    this.#processes.set(id, { ...process, ...change, instanceId: change.state === 'claimed' ? process.instanceId : null });
    return true;
  }

  async claim(kind: WarmKind, instanceId: string, now: string): Promise<WarmProcess | undefined> {
    const found = this.#sorted().find(
      ({ state, version, size }) => state === 'warm' && version === kind.version && size === kind.size,
    );
    if (found === undefined) return undefined;
    const claimed: WarmProcess = { ...found, state: 'claimed', instanceId, changedAt: now };
    this.#processes.set(found.id, claimed);
    return { ...claimed };
  }

  async remove(...[id, from]: Parameters<WarmPool['remove']>): Promise<boolean> {
    return this.#processes.get(id)?.state === from && this.#processes.delete(id);
  }

  async list(): Promise<WarmProcess[]> {
    return this.#sorted();
  }

  async countLaunch(...[{ version, size }, outcome, now]: Parameters<WarmPool['countLaunch']>): Promise<void> {
    const hour = `${now.slice(0, 13)}:00:00.000Z`;
    const name = JSON.stringify([hour, version, size]);
    const count = this.#demand.get(name) ?? { hour, version, size, claimed: 0, missed: 0 };
    this.#demand.set(name, { ...count, [outcome]: count[outcome] + 1 });
    const oldest = new Date(Date.parse(now) - dayMilliseconds).toISOString();
    for (const [other, { hour: when }] of this.#demand) if (when < oldest) this.#demand.delete(other);
  }

  async readDemand(since: string): Promise<WarmDemand[]> {
    return [...this.#demand.values()].filter(({ hour }) => hour >= since).map((demand) => ({ ...demand }));
  }

  #sorted(): WarmProcess[] {
    return [...this.#processes.values()].sort(byAge).map((process) => ({ ...process }));
  }
}

function byAge(one: WarmProcess, other: WarmProcess): number {
  if (one.createdAt !== other.createdAt) return one.createdAt < other.createdAt ? -1 : 1;
  return one.id < other.id ? -1 : 1;
}
