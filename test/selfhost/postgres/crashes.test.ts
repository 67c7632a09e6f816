import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { processIdentity } from '../../../functions/adapters/process-identity.ts';
import { isClusterInitialised } from '../../../selfhost/postgres/cluster.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../selfhost/postgres/embedded-postgres.ts';
import { startScript } from './child-script.ts';

describe('crashes of embedded PostgreSQL', { timeout: 60_000 }, () => {
  /** One folder for all: each test starts where a crash of the one before left it. */
  let dataDir: string;
  let server: EmbeddedPostgres | undefined;
  let restarts: string[];
  let lines: string[];
  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'smartlead-mcp-crash-'));
  });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 20 }));
  beforeEach(() => {
    restarts = [];
    lines = [];
  });
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });
  const start = async () => {
    server = await startEmbeddedPostgres({
      dataDir,
      log: (line) => lines.push(line),
      onRestart: (reason) => restarts.push(reason),
    });
    return server;
  };
  async function connect(to: EmbeddedPostgres): Promise<pg.Client> {
    const client = new pg.Client(to.connection);
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  it('is whole or not there at all when our process is killed during the first start', async () => {
    const script = fileURLToPath(new URL('hold-server.ts', import.meta.url));
    for (const milliseconds of [250, 500, 800]) {
      const child = spawn(process.execPath, [script, dataDir], { stdio: 'ignore' });
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    const client = await connect(await start());
    await client.query('create table works (n integer)');
    await client.end();
    expect(isClusterInitialised(dataDir)).toBe(true);
  });

  it('comes back after the server was killed while rows are written, and has lost no committed one', async () => {
    const running = await start();
    const writer = await connect(running);
    await writer.query('create table counted (n integer primary key)');
    let committed = 0;
    const writing = (async () => {
      for (let n = 1; ; n += 1) {
        await writer.query('insert into counted values ($1)', [n]);
        committed = n;
      }
    })().catch(() => {});
    await expect.poll(() => committed, { timeout: 20_000 }).toBeGreaterThan(20);
    const killed = running.pid() as number;
    process.kill(killed, 'SIGKILL');
    await writing;
    await expect.poll(() => restarts, { timeout: 20_000 }).toEqual(['was killed by SIGKILL']);
    expect(running.pid()).not.toBe(killed);
    const reader = await connect(running);
    const { rows } = await reader.query('select count(*)::int as count, max(n) as last from counted');
    await reader.end();
    // The last insert may have been committed although its answer was lost.
    expect(rows[0].count).toBe(rows[0].last);
    expect(rows[0].last).toBeGreaterThanOrEqual(committed);
    expect(lines).toEqual(['PostgreSQL was killed by SIGKILL; starting it again']);
  });

  it('comes back again and again', async () => {
    const running = await start();
    for (let round = 1; round <= 3; round += 1) {
      process.kill(running.pid() as number, 'SIGKILL');
      await expect.poll(() => restarts.length, { timeout: 15_000 }).toBe(round);
    }
    await (await connect(running)).end();
  });

  it('recovers where one of its other processes was killed, and says so', async () => {
    const running = await start();
    const client = await connect(running);
    const { rows } = await client.query('select pg_backend_pid() as pid');
    process.kill(rows[0].pid, 'SIGKILL');
    await expect.poll(() => restarts, { timeout: 15_000 }).toEqual(['lost one of its processes']);
    await expect
      .poll(
        async () =>
          (await connect(running)).end().then(
            () => true,
            () => false,
          ),
        { timeout: 15_000 },
      )
      .toBe(true);
  });

  it('stops at once while it is being started again', async () => {
    const running = await start();
    process.kill(running.pid() as number, 'SIGKILL');
    await expect.poll(() => lines.length, { timeout: 15_000 }).toBeGreaterThan(0);
    await running.stop();
    server = undefined;
    expect(running.pid()).toBeUndefined();
    await start();
  });

  it('is gone soon after the death of our process, even with a transaction open, and the next start has all rows', async () => {
    const { connection, stop } = await start();
    await stop();
    const holder = await startScript('hold-server.ts', dataDir);
    const client = new pg.Client(connection); // Socket and password stay the same.
    client.on('error', () => {});
    await client.connect();
    await client.query('create table kept as select 1 as n');
    await client.query('begin');
    await client.query('insert into kept values (2)');
    await holder.kill();
    // Its client stays, and would keep a server that waits for clients.
    await expect.poll(() => processIdentity(holder.said.serverPid as number), { timeout: 20_000 }).toBeUndefined();
    const reader = await connect(await start());
    expect((await reader.query('select n from kept')).rows).toEqual([{ n: 1 }]);
    await reader.end();
  });

  it('starts at once after our process was killed, while the old server is still ending', async () => {
    const holder = await startScript('hold-server.ts', dataDir);
    await holder.kill();
    const client = await connect(await start());
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await client.end();
  });
});
