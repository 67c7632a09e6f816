import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeldStream } from '../bench/router/held-stream.ts';
import { type StubSmartlead, startStubSmartlead } from '../container/instance/stub-smartlead.ts';
import { descendants } from '../e2e/process-tree.ts';
import { RestClient } from '../e2e/rest-client.ts';
import { type RunningService, startService } from '../e2e/start-service.ts';
import { freePort } from '../free-port.ts';

/** A customer's instance that runs, with a token for it. */
export interface HostedInstance {
  id: string;
  keyId: string;
  token: string;
  /** Where its doors are, such as `http://localhost:41234/i/ins_01k8...`. */
  url: string;
  port: number;
  /** The same without the origin. */
  path: string;
}

/** The built service as a customer starts it, in front of a stub of Smartlead that answers what the test says. */
export interface FaultPlatform {
  stub: StubSmartlead;
  service: RunningService;
  rest: RestClient;
  /** Port of the service; the same after a restart. */
  port: number;
  createInstance(settings?: object, owner?: RestClient): Promise<HostedInstance>;
  /** Process id of the instance; `undefined` where it has none. */
  processOf(instance: HostedInstance): Promise<number | undefined>;
  /** Process id of PostgreSQL's first process. */
  postmaster(): Promise<number>;
  /** Starts the service again with the same data, at the same port, after it was killed. */
  startAgain(): Promise<void>;
  close(): Promise<void>;
}

const everything = { policy: 'full', allow: ['send', 'destroy', 'spend', 'secrets'] };

/** @param environment Settings of the service beside those of the stub. */
export async function startFaultPlatform(environment: Record<string, string> = {}): Promise<FaultPlatform> {
  const stub = await startStubSmartlead();
  stub.answer = () => ({ body: [{ id: 1, name: 'Interested' }] });
  const settings = {
    SMARTLEAD_CORE_URL: stub.hosts.core,
    SMARTLEAD_PROSPECT_URL: stub.hosts.prospect,
    SMARTLEAD_DELIVERY_URL: stub.hosts.delivery,
    SMARTLEAD_SENDERS_URL: stub.hosts.senders,
    SMARTLEAD_RATE_LIMIT: 'off',
    PORT: String(await freePort()),
    ...environment,
  };
  const service = await startService({ arguments: [], environment: settings });
  const rest = new RestClient(service.url);
  await rest.signUp();
  const port = Number(new URL(service.url).port);
  const platform: FaultPlatform = {
    stub,
    service,
    rest,
    port,
    async createInstance(given = {}, owner = rest) {
      const { keyId, instance, token } = await owner.createRunningInstance({
        apiKey: `key-${crypto.randomUUID()}`,
        ...everything,
        ...given,
      });
      const path = `/i/${instance.id}`;
      return { id: instance.id, keyId, token, url: service.url + path, port, path };
    },
    async processOf({ id }) {
      const { body } = await rest.get('/v1/admin/instances?limit=100');
      const ref = body.items.find((item: { id: string }) => item.id === id)?.runtime?.ref;
      return ref === undefined ? undefined : Number(ref);
    },
    async postmaster() {
      const file = await readFile(join(platform.service.dataDir, 'postgres/cluster/postmaster.pid'), 'utf8');
      return Number(file.split('\n')[0]);
    },
    async startAgain() {
      const { dataDir } = platform.service;
      platform.service = await startService({ arguments: [], environment: settings, dataDir });
    },
    async close() {
      // The folder belongs to the first start, whose `stop` removes it.
      if (platform.service !== service) await platform.service.stop();
      await service.stop();
      await stub.close();
    },
  };
  return platform;
}

/** Streams that clients hold and say nothing on, and how many of them were closed by the other side. */
export class HeldStreams {
  readonly #streams: HeldStream[] = [];
  closed = 0;

  /** Opens streams at one instance and says the handshake on them, a few at a time. */
  async open({ port, path, token }: HostedInstance, count: number): Promise<void> {
    let left = count;
    const opener = async () => {
      while (left > 0) {
        left -= 1;
        const stream = await HeldStream.open({ port, path, token }, () => {
          this.closed += 1;
        });
        this.#streams.push(stream);
        await stream.handshake();
      }
    };
    await Promise.all(Array.from({ length: 10 }, opener));
  }

  get openCount(): number {
    return this.#streams.filter(({ isOpen }) => isOpen).length;
  }

  closeAll(): void {
    for (const stream of this.#streams) stream.close();
  }
}

/** Processes of instances below a process. */
export async function instancesBelow(pid: number): Promise<number[]> {
  const found: number[] = [];
  for (const child of descendants(pid)) {
    const commandLine = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '');
    if (commandLine.includes('--managed')) found.push(child);
  }
  return found;
}
