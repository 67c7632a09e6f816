import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { serviceFlags } from '../../../scripts/service-runtime.mjs';
import { RestClient } from '../../e2e/rest-client.ts';
import { root, serviceProgram, startNode } from '../programs.ts';

const collector = join(root, 'test/bench/router/give-back-memory-on-signal.cjs');

export interface CreatedInstance {
  id: string;
  token: string;
  /** Where its doors are, below the platform's port. */
  path: string;
}

/** The whole platform, as `npm start` runs it, in front of a Smartlead that answers at once. */
export interface RunningPlatform {
  pid: number;
  port: number;
  rest: RestClient;
  createInstance(settings?: object): Promise<CreatedInstance>;
  /** Process id of the instance; `undefined` where it has none. */
  processOf(instanceId: string): Promise<number | undefined>;
  /** Answers when the instance has the status. */
  waitFor(instanceId: string, status: string, withinMs?: number, askEveryMs?: number): Promise<void>;
  stop(): Promise<void>;
}

/** @param settings Further variables of its environment. */
export async function startPlatform(smartleadUrl: string, settings: Record<string, string> = {}): Promise<RunningPlatform> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bench-router-'));
  const environment = {
    PORT: '0',
    DATA_DIR: dataDir,
    SMARTLEAD_CORE_URL: smartleadUrl,
    SMARTLEAD_PROSPECT_URL: smartleadUrl,
    SMARTLEAD_DELIVERY_URL: smartleadUrl,
    SMARTLEAD_SENDERS_URL: smartleadUrl,
    SMARTLEAD_RATE_LIMIT: 'off',
    ...settings,
  };
  const program = await startNode(
    [...serviceFlags, '--require', collector, serviceProgram, 'start'],
    environment,
    /Dashboard\s+(http\S+)/,
  );
  // Nobody reads what it prints, and a full pipe would stop it.
  program.process.stdout?.resume();
  program.process.stderr?.resume();
  const url = program.match?.[1]?.replace(/\/$/, '') ?? '';
  const rest = new RestClient(url);
  await rest.signUp();
  const key = await rest.post('/v1/keys', { label: 'Bench', apiKey: 'demo-bench' });
  const waitFor = async (instanceId: string, status: string, withinMs = 20_000, askEveryMs = 5) => {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const { body } = await rest.get(`/v1/instances/${instanceId}`);
      if (body.status === status) return;
      if (performance.now() > deadline) throw new Error(`the instance is ${body.status} and not ${status}: ${body.statusReason}`);
      await delay(askEveryMs);
    }
  };
  return {
    pid: program.process.pid as number,
    port: Number(new URL(url).port),
    rest,
    waitFor,
    async createInstance(settings = {}) {
      const created = await rest.post('/v1/instances', { name: 'Bench', keyId: key.body.id, ...settings });
      if (created.status !== 201)
        throw new Error(`POST /v1/instances answered ${created.status}: ${JSON.stringify(created.body)}`);
      const { id } = created.body as { id: string };
      const token = await rest.post(`/v1/instances/${id}/tokens`, { label: 'Bench' });
      return { id, token: token.body.token as string, path: `/i/${id}` };
    },
    async processOf(instanceId) {
      type Row = { id: string; runtime: { ref: string } | null };
      let cursor: string | undefined;
      do {
        const { body } = await rest.get(`/v1/admin/instances?limit=100${cursor === undefined ? '' : `&cursor=${cursor}`}`);
        const found = (body.items as Row[]).find(({ id }) => id === instanceId);
        if (found !== undefined) return found.runtime === null ? undefined : Number(found.runtime.ref);
        cursor = body.nextCursor ?? undefined;
      } while (cursor !== undefined);
      return undefined;
    },
    async stop() {
      await program.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
