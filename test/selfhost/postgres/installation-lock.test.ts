import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseInUseError, DatabaseRefusedError } from '../../../selfhost/postgres/errors.ts';
import { type InstallationLock, lockInstallation } from '../../../selfhost/postgres/installation-lock.ts';
import { createTestDatabase, type TestDatabase } from '../../postgres/database.ts';

describe('installation lock', () => {
  let database: TestDatabase;
  let other: TestDatabase;
  let observer: pg.Client;
  const locks: InstallationLock[] = [];
  let lines: string[];
  let taken: Error[];
  beforeAll(async () => {
    [database, other] = await Promise.all([createTestDatabase({ migrated: false }), createTestDatabase({ migrated: false })]);
    observer = new pg.Client(database.url);
    await observer.connect();
  });
  afterAll(async () => {
    await observer.end();
    await Promise.all([database.drop(), other.drop()]);
  });
  beforeEach(() => {
    lines = [];
    taken = [];
  });
  afterEach(async () => {
    for (const lock of locks.splice(0)) await lock.release();
  });

  /** Without patience, where a test does not wait for a holder to end: one that is there stays. */
  async function take(
    options: { url?: string; signal?: AbortSignal; patienceMilliseconds?: number } = {},
  ): Promise<InstallationLock> {
    const lock = await lockInstallation({
      databaseUrl: options.url ?? database.url,
      log: (line) => lines.push(line),
      onTaken: (error) => taken.push(error),
      signal: options.signal,
      heartbeatMilliseconds: 100,
      patienceMilliseconds: options.patienceMilliseconds ?? 200,
    });
    locks.push(lock);
    return lock;
  }

  async function holders(): Promise<number[]> {
    const { rows } = await observer.query<{ pid: number }>(
      `select pid from pg_locks where locktype = 'advisory' and granted
       and database = (select oid from pg_database where datname = current_database())`,
    );
    return rows.map(({ pid }) => pid);
  }

  /** Of holders, and of those who wait to become one. */
  async function connections(): Promise<number | null> {
    const { rowCount } = await observer.query(
      "select 1 from pg_stat_activity where application_name like 'smartlead-mcp %' and datname = current_database()",
    );
    return rowCount;
  }

  /** Ends the connection of the holder, as a restart of the server would. */
  async function breakConnection(): Promise<number> {
    const [pid = -1] = await holders();
    await observer.query('select pg_terminate_backend($1)', [pid]);
    await expect.poll(async () => (await holders()).includes(pid)).toBe(false);
    return pid;
  }

  it('is given to one service on a database, and to the next when that has stopped', async () => {
    const first = await take();
    await expect(take()).rejects.toThrow(DatabaseInUseError);
    await expect(take()).rejects.toThrow(/^another service uses this database; stop that one first/);
    await first.release();
    await take();
  });

  it('is of one database, not of the server', async () => {
    await take();
    await take({ url: other.url });
  });

  it('waits a moment for a holder that is just ending', async () => {
    const first = await take();
    const second = take({ patienceMilliseconds: 20_000 });
    await expect.poll(connections).toBe(2);
    await first.release();
    await second;
  });

  it('stops waiting when the start is given up, and leaves no connection', async () => {
    await take();
    const abort = new AbortController();
    const second = take({ signal: abort.signal, patienceMilliseconds: 20_000 });
    const refused = expect(second).rejects.toThrow(/abort/i);
    await expect.poll(connections).toBe(2);
    abort.abort();
    await refused;
    await expect.poll(connections).toBe(1);
  });

  it('is taken again when its connection broke', async () => {
    await take();
    const before = await breakConnection();
    await expect.poll(holders, { timeout: 10_000 }).toHaveLength(1);
    expect(await holders()).not.toContain(before);
    await expect.poll(() => lines).toEqual([expect.stringContaining('was lost'), expect.stringContaining('is back')]);
    await expect(take()).rejects.toThrow(DatabaseInUseError);
    expect(taken).toEqual([]);
  });

  it('says that the service has to stop where another took it meanwhile', async () => {
    await take();
    const thief = new pg.Client(database.url);
    await thief.connect();
    const [holder = -1] = await holders();
    // In one statement, so that nobody is faster: ends the holder and waits in line for its lock.
    const { rows } = await observer.query<{ classid: number; objid: number }>(
      "select classid::int8::int4, objid::int8::int4 from pg_locks where locktype = 'advisory' and pid = $1",
      [holder],
    );
    const stolen = thief.query('select pg_advisory_lock($1, $2)', [rows[0]?.classid, rows[0]?.objid]);
    await observer.query('select pg_terminate_backend($1)', [holder]);
    await stolen;
    await expect.poll(() => taken, { timeout: 10_000 }).toEqual([expect.any(DatabaseInUseError)]);
    expect(taken[0]?.message).toMatch(/^another service took over this database/);
    await thief.end();
  });

  it('is given up by its release even while its connection is broken', async () => {
    const lock = await take();
    await breakConnection();
    await lock.release();
    expect(await holders()).toEqual([]);
    await take();
  });

  it('says in one line why the server refuses, without the password', async () => {
    const url = database.url.replace(/:[^:@/]+@/, ':canary-password@');
    const refusal = await take({ url }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DatabaseRefusedError);
    expect((refusal as Error).message).toMatch(/^the database of DATABASE_URL refuses this service: /);
    expect((refusal as Error).message).not.toContain('canary');
  });
});
