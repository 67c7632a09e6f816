import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, statfsSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { startStubSmartlead } from '../../container/instance/stub-smartlead.ts';
import { mcpClients } from '../../e2e/mcp-clients.ts';
import { RestClient } from '../../e2e/rest-client.ts';
import { startService } from '../../e2e/start-service.ts';
import { outcomeOf } from '../call-outcome.ts';

/** A small disk of its own in memory, where the system lets us mount one; else why not. */
function mountSmallDisk(): { folder: string; unmount(): void } | { reason: string } {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return { reason: 'only root may mount a disk' };
  const folder = mkdtempSync(join(tmpdir(), 'small-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=160m', 'tmpfs', folder]);
  if (mounted.status !== 0) {
    rmdirSync(folder);
    return { reason: 'this machine mounts no disks' };
  }
  return {
    folder,
    unmount() {
      spawnSync('umount', [folder]);
      rmdirSync(folder);
    },
  };
}

const disk = mountSmallDisk();
const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step();
});

/** Writes a file until nothing more fits. */
function fill(folder: string): string {
  const file = join(folder, 'ballast');
  const descriptor = openSync(file, 'w');
  for (let size = 1 << 20; size >= 1; size >>= 4) {
    const block = Buffer.alloc(size, 1);
    try {
      for (;;) writeSync(descriptor, block);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
  closeSync(descriptor);
  return file;
}

it.skipIf('reason' in disk)(
  'a full disk: MCP clients are served, writes to the API fail with a reason, and all is well once there is room',
  async () => {
    if ('reason' in disk) return;
    cleanUp.push(() => disk.unmount());
    const stub = await startStubSmartlead();
    cleanUp.push(() => stub.close());
    stub.answer = () => ({ body: [{ id: 1, name: 'Interested' }] });
    const { core, prospect, delivery, senders } = stub.hosts;
    const service = await startService({
      arguments: [],
      dataDir: disk.folder,
      environment: {
        SMARTLEAD_CORE_URL: core,
        SMARTLEAD_PROSPECT_URL: prospect,
        SMARTLEAD_DELIVERY_URL: delivery,
        SMARTLEAD_SENDERS_URL: senders,
        SMARTLEAD_RATE_LIMIT: 'off',
      },
    });
    cleanUp.push(() => service.stop());
    const rest = new RestClient(service.url);
    await rest.signUp();
    const { instance, token } = await rest.createRunningInstance();
    const client = await mcpClients['1.x over Streamable HTTP'](`${service.url}/i/${instance.id}`, token);
    const call = () => outcomeOf(client, 'leads_categories');
    expect(await call()).toMatchObject({ kind: 'answered' });

    const ballast = fill(disk.folder);
    expect(statfsSync(disk.folder).bfree).toBe(0);
    const label = 'x'.repeat(80);
    let refused: { status: number; body: { type?: string; title?: string } } | undefined;
    for (let attempt = 0; attempt < 400 && refused === undefined; attempt += 1) {
      const answer = await rest.post(`/v1/instances/${instance.id}/tokens`, { label: `${label}${attempt}` });
      if (answer.status >= 500) refused = answer;
      // Counting and logging go on meanwhile; calls do not depend on them.
      if (attempt % 20 === 0) expect(await call()).toMatchObject({ kind: 'answered' });
    }
    if (refused !== undefined) expect(refused.body).toMatchObject({ type: expect.any(String), title: expect.any(String) });
    expect(await call()).toMatchObject({ kind: 'answered' });

    unlinkSync(ballast);
    await expect
      .poll(async () => (await rest.post(`/v1/instances/${instance.id}/tokens`, { label: 'after' })).status, {
        timeout: 30_000,
        interval: 250,
      })
      .toBe(201);
    expect(await call()).toMatchObject({ kind: 'answered' });
    await client.close();
  },
  90_000,
);
