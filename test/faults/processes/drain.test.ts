import { afterAll, beforeAll, expect, it } from 'vitest';
import { mcpClients } from '../../e2e/mcp-clients.ts';
import { descendants, isAlive } from '../../e2e/process-tree.ts';
import { outcomeOf } from '../call-outcome.ts';
import { EventReader } from '../event-reader.ts';
import { type FaultPlatform, type HostedInstance, startFaultPlatform } from '../platform.ts';
import { scaled } from '../scale.ts';

let platform: FaultPlatform;
let instances: HostedInstance[];

beforeAll(async () => {
  platform = await startFaultPlatform();
  instances = [await platform.createInstance(), await platform.createInstance(), await platform.createInstance()];
});
afterAll(() => platform.close());

it('SIGTERM with open streams and running calls: calls are answered, streams end with a hint when to come back, and nothing is left (PEERS 17)', async () => {
  const streams: EventReader[] = [];
  for (let count = 0; count < scaled(60, 500); count += 1) {
    const { url, token } = instances[count % instances.length] as HostedInstance;
    streams.push(await EventReader.open(`${url}/sse`, token));
  }
  await Promise.all(streams.map((stream) => stream.next('endpoint')));
  const [{ url, token }] = instances as [HostedInstance, ...HostedInstance[]];
  const clients = await Promise.all(Object.values(mcpClients).map((connect) => connect(url, token)));
  const answers = Promise.withResolvers<void>();
  platform.stub.answer = () => ({ body: [{ id: 1, name: 'Interested' }], until: answers.promise });
  const before = platform.stub.requests.length;
  const calls = clients.map((client) => outcomeOf(client, 'leads_categories'));
  await expect.poll(() => platform.stub.requests.length - before, { timeout: 15_000, interval: 5 }).toBe(calls.length);
  const started = descendants(platform.service.process.pid as number);

  platform.service.process.kill('SIGTERM');
  await expect
    .poll(async () => (await fetch(`${platform.service.url}/readyz`).catch(() => ({ status: 'closed' }))).status, {
      timeout: 15_000,
      interval: 10,
    })
    .not.toBe(200);
  answers.resolve();
  for (const outcome of await Promise.all(calls)) expect(outcome).toMatchObject({ kind: 'answered' });
  await expect.poll(() => streams.filter(({ ended }) => !ended).length, { timeout: 28_000, interval: 100 }).toBe(0);
  const hints = streams.map(({ text }) => /^retry: (\d+)$/m.exec(text.slice(text.lastIndexOf('retry:')))?.[1]);
  expect(hints.filter((hint) => hint === undefined)).toEqual([]);
  // Not all at the same moment.
  expect(new Set(hints).size).toBeGreaterThan(streams.length / 4);
  await expect.poll(() => platform.service.process.exitCode, { timeout: 15_000 }).toBe(0);
  await expect.poll(() => started.filter(isAlive), { timeout: 15_000 }).toEqual([]);
  for (const client of clients) await client.close();
}, 90_000);
