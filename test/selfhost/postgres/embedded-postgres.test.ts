import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clusterLayout, isClusterInitialised } from '../../../selfhost/postgres/cluster.ts';
import { lockDataFolder } from '../../../selfhost/postgres/data-folder-lock.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../selfhost/postgres/embedded-postgres.ts';
import { DataFolderInUseError, EmbeddedPostgresError } from '../../../selfhost/postgres/errors.ts';

const folders: string[] = [];
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'smartlead-mcp-embedded-'));
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function ask(server: EmbeddedPostgres, statement: string): Promise<unknown[]> {
  const client = new pg.Client(server.connection);
  await client.connect();
  try {
    const { rows } = await client.query({ text: statement, rowMode: 'array' });
    return rows.flat();
  } finally {
    await client.end();
  }
}

describe('embedded PostgreSQL', { timeout: 60_000 }, () => {
  const dataDir = newFolder();
  const start = () => startEmbeddedPostgres({ dataDir, log: () => {} });
  let server: EmbeddedPostgres | undefined;
  beforeAll(async () => {
    expect(isClusterInitialised(dataDir)).toBe(false);
    server = await start();
    await ask(server, 'create table notes as select 1 as note');
  });
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  it('is initialised at its first start and nothing of the preparation is left', () => {
    expect(isClusterInitialised(dataDir)).toBe(true);
    expect(readdirSync(join(dataDir, 'postgres')).sort()).toEqual(['cluster', 'password', 'socket']);
    expect(statSync(join(dataDir, 'postgres', 'password')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, 'postgres')).mode & 0o777).toBe(0o700);
  });

  it('starts again with its rows, and is not prepared anew', async () => {
    const made = () => statSync(join(clusterLayout(dataDir).cluster, 'PG_VERSION')).ino;
    const before = made();
    server = await start();
    expect(await ask(server, 'select note from notes')).toEqual([1]);
    expect(made()).toBe(before);
  });

  it('gives us a role without special power, and nobody else any way in', async () => {
    server = await start();
    expect(await ask(server, 'select rolsuper from pg_roles where rolname = current_user')).toEqual([false]);
    for (const change of [{ password: 'wrong' }, { user: 'postgres' }, { user: 'postgres', password: '' }]) {
      const client = new pg.Client({ ...server.connection, ...change });
      await expect(client.connect()).rejects.toThrow(
        /password authentication failed|no pg_hba.conf entry|pg_hba.conf rejects|client password must be/,
      );
      await client.end().catch(() => {});
    }
  });

  it.runIf(process.platform === 'linux')(
    'hands the server neither our environment nor a secret on its command line',
    async () => {
      process.env.SMARTLEAD_TEST_CANARY = 'canary';
      server = await start();
      delete process.env.SMARTLEAD_TEST_CANARY;
      const read = (name: string) => readFileSync(`/proc/${server?.pid()}/${name}`, 'utf8').split('\0');
      const names = read('environ')
        .filter((entry) => entry !== '')
        .map((entry) => entry.slice(0, entry.indexOf('=')));
      expect(
        names.filter((name) => !['PATH', 'LC_ALL', 'PWD', 'OLDPWD', 'SHLVL', '_', 'PGLOCALEDIR', 'PGSYSCONFDIR'].includes(name)),
      ).toEqual([]);
      expect(read('cmdline').join(' ')).not.toContain(server.connection.password);
    },
  );

  it('listens on a socket that only we can reach, and on no network address', async () => {
    server = await start();
    expect(server.connection.host).toBe(clusterLayout(dataDir).socketFolder);
    expect(statSync(server.connection.host).mode & 0o777).toBe(0o700);
    expect(await ask(server, 'show listen_addresses')).toEqual(['']);
  });

  it('keeps writes safe from a power failure', async () => {
    server = await start();
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes'])
      expect(await ask(server, `show ${setting}`)).toEqual(['on']);
  });

  it('refuses a second start in the same folder, and leaves the first alone', async () => {
    server = await start();
    await expect(start()).rejects.toThrow(DataFolderInUseError);
    expect(await ask(server, 'select note from notes')).toEqual([1]);
  });

  it('makes a new password where the file was lost', async () => {
    rmSync(clusterLayout(dataDir).password);
    server = await start();
    expect(await ask(server, 'select note from notes')).toEqual([1]);
  });

  it('is not misled by what a killed run left', async () => {
    // The process id in the file belongs to somebody else by now: to this test.
    writeFileSync(join(clusterLayout(dataDir).cluster, 'postmaster.pid'), `${process.pid}\n${clusterLayout(dataDir).cluster}\n`);
    mkdirSync(join(dataDir, 'postgres', 'cluster.initialising-abc'));
    server = await start();
    expect(await ask(server, 'select note from notes')).toEqual([1]);
    expect(readdirSync(join(dataDir, 'postgres')).sort()).toEqual(['cluster', 'password', 'socket']);
  });

  it('writes no statement and no value of a row to its log', async () => {
    server = await start();
    await ask(server, "create table once as select 'canary-7f3a' as word");
    await ask(server, 'create unique index on once (word)');
    await expect(ask(server, "insert into once values ('canary-7f3a')")).rejects.toThrow('duplicate key value');
    const log = readFileSync(join(dataDir, 'logs', 'postgres.log'), 'utf8');
    expect(log).toContain('duplicate key value');
    expect(log).not.toContain('canary-7f3a');
  });

  it('says in one line why it cannot start, and frees the folder', async () => {
    const broken = newFolder();
    mkdirSync(clusterLayout(broken).cluster, { recursive: true, mode: 0o700 });
    writeFileSync(clusterLayout(broken).password, 'x', { mode: 0o600 });
    const attempt = () => startEmbeddedPostgres({ dataDir: broken, log: () => {} });
    await expect(attempt()).rejects.toThrow(EmbeddedPostgresError);
    await expect(attempt()).rejects.toThrow(/^the embedded PostgreSQL .*\(see .*postgres\.log\)$/);
  });

  it('gives up a server that does not become ready, ends it and frees the folder', async () => {
    const late = newFolder();
    const lines: string[] = [];
    const start = (readyWithinMilliseconds: number) =>
      startEmbeddedPostgres({ dataDir: late, log: (line) => lines.push(line), readyWithinMilliseconds });
    await expect(start(0)).rejects.toThrow(/^the embedded PostgreSQL was not ready after 0 seconds/);
    expect(readdirSync(clusterLayout(late).cluster)).not.toContain('postmaster.pid');
    expect(lines).toEqual([]);
    await (await start(60_000)).stop();
  });

  it('can be given up at any moment of its start, and leaves nothing running', async () => {
    const abandoned = newFolder();
    const reason = new Error('no longer wanted');
    for (const milliseconds of [0, 100, 400, 700, 1000]) {
      const abort = new AbortController();
      setTimeout(() => abort.abort(reason), milliseconds);
      const attempt = startEmbeddedPostgres({ dataDir: abandoned, log: () => {}, signal: abort.signal });
      const outcome = await attempt.then(
        (started) => started.stop(),
        (error) => error,
      );
      expect([undefined, reason]).toContain(outcome);
      if (isClusterInitialised(abandoned)) expect(readdirSync(clusterLayout(abandoned).cluster)).not.toContain('postmaster.pid');
    }
    await (await startEmbeddedPostgres({ dataDir: abandoned, log: () => {} })).stop();
  });

  it('uses the lock of a caller that holds it, and leaves it to that caller', async () => {
    const locked = newFolder();
    const lock = lockDataFolder(locked);
    const other = await startEmbeddedPostgres({ dataDir: locked, log: () => {}, lock });
    await other.stop();
    expect(() => lockDataFolder(locked)).toThrow(DataFolderInUseError);
    lock.release();
  });

  it('falls back to a loopback port where the path of the socket would be too long', async () => {
    const long = join(newFolder(), 'x'.repeat(100));
    const other = await startEmbeddedPostgres({ dataDir: long, log: () => {} });
    expect(other.connection.host).toBe('127.0.0.1');
    expect(await ask(other, 'show listen_addresses')).toEqual(['127.0.0.1']);
    await other.stop();
  });
});
