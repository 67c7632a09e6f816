import { apiKeySecretName } from '../domain/api-key.ts';
import { isKeyIdle } from '../domain/key-archive.ts';
import type { Clock, IdleSecretArchive, Instance, InstanceStore } from '../ports.ts';
import { everyInstance, forEachConcurrently } from './every-instance.ts';
import type { ReportIncident } from './lifecycle-ports.ts';

export interface KeyArchivePorts {
  instances: InstanceStore;
  secrets: IdleSecretArchive;
  /** Names of the secrets of all keys that there are. */
  listKeySecrets(): Promise<ReadonlySet<string>>;
  clock: Clock;
  report: ReportIncident;
}

/** What one pass has done. */
export interface KeyArchivePass {
  /** Keys that were put by. */
  archived: number;
  /** Keys that could not be; the next pass tries again. */
  failed: number;
  /** Keys that are left for the next pass. */
  postponed: number;
}

/** How many keys a pass puts by at most: with about ten requests each, far from what Secrets Manager and KMS allow in a minute. */
const mostInAPass = 500;
const atOnce = 4;

/**
 * Puts the keys by of customers who have not come for a day, so that they cost next to nothing. Decides by lists that are some moments
 * late. That does no harm: a key that is put by is found all the same, and is brought back where a launch needs it there. What the table
 * does not know as a key stays where it is: the table may be another one, and then is no place for it.
 */
export class KeyArchive {
  readonly #ports: KeyArchivePorts;
  readonly #mostInAPass: number;

  constructor(ports: KeyArchivePorts, options: { mostInAPass?: number } = {}) {
    this.#ports = ports;
    this.#mostInAPass = options.mostInAPass ?? mostInAPass;
  }

  /** To be called every hour. Rejects where the lists could not be read. */
  async run(): Promise<KeyArchivePass> {
    const idle = await this.#idleKeys();
    const pass = { archived: 0, failed: 0, postponed: Math.max(0, idle.length - this.#mostInAPass) };
    await forEachConcurrently(inTurn(idle.slice(0, this.#mostInAPass)), atOnce, async (name) => {
      try {
        await this.#ports.secrets.archive(name);
        pass.archived += 1;
      } catch (cause) {
        pass.failed += 1;
        this.#ports.report({ message: `The secret ${name} could not be put by; tried again in an hour.`, cause });
      }
    });
    return pass;
  }

  /** Names of the secrets of idle keys. */
  async #idleKeys(): Promise<string[]> {
    const { instances, secrets, clock, listKeySecrets } = this.#ports;
    const putAt = new Map<string, string>();
    for (const { name, createdAt } of await secrets.listInUse()) {
      if (createdAt > (putAt.get(name) ?? '')) putAt.set(name, createdAt);
    }
    if (putAt.size === 0) return [];
    const users = new Map<string, Instance[]>();
    for await (const instance of everyInstance(instances)) {
      const name = apiKeySecretName(instance.keyId);
      users.set(name, [...(users.get(name) ?? []), instance]);
    }
    const now = clock.now().getTime();
    const keys = await listKeySecrets();
    return [...putAt]
      .filter(([name, time]) => keys.has(name) && isKeyIdle(users.get(name) ?? [], time, now))
      .map(([name]) => name);
  }
}

async function* inTurn(names: readonly string[]): AsyncGenerator<string, void, undefined> {
  yield* names;
}
