import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresAccountStore } from '../../../../functions/adapters/postgres/account-store.ts';
import { type Database, openDatabase } from '../../../../functions/adapters/postgres/database.ts';
import { migrate } from '../../../../functions/adapters/postgres/migrate.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../../selfhost/postgres/embedded-postgres.ts';
import { newAccount } from '../store-contract/fixtures.ts';

const notAvailable = { name: 'ProblemError', type: 'not-available', status: 503, retryAfter: expect.any(Number) };

describe('a database that goes away', () => {
  let dataDir: string;
  let server: EmbeddedPostgres;
  let database: Database;
  let restarted: () => void;
  const logged: string[] = [];
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'smartlead-mcp-lost-connections-'));
    server = await startEmbeddedPostgres({ dataDir, log: () => {}, onRestart: () => restarted() });
    database = openDatabase({ connection: server.connection, log: (line) => logged.push(line) });
    await migrate(database);
  });
  afterAll(async () => {
    await database.destroy();
    await server.stop();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 20 });
  });

  it('fails what is asked meanwhile with not-available, and works when it is back, with every committed row', async () => {
    const accounts = new PostgresAccountStore(database);
    const account = newAccount();
    await accounts.createAccount(account);
    // Connections of both kinds: some busy at the moment of death, some idle in the pool.
    await Promise.all([1, 2, 3].map(() => sql`select 1`.execute(database)));
    const busy = sql`select pg_sleep(20)`.execute(database);
    const lost = expect(busy).rejects.toMatchObject(notAvailable);
    const inTransaction = expect(
      database.transaction().execute(async (transaction) => {
        await sql`select pg_sleep(20)`.execute(transaction);
      }),
    ).rejects.toMatchObject(notAvailable);
    await expect
      .poll(
        async () =>
          (
            await sql`select 1 from pg_stat_activity where query like '%pg_sleep(20)%' and state = 'active' and pid <> pg_backend_pid()`.execute(
              database,
            )
          ).rows.length,
      )
      .toBe(2);

    const back = new Promise<void>((resolve) => {
      restarted = resolve;
    });
    process.kill(server.pid() as number, 'SIGKILL');
    await lost;
    await inTransaction;
    await back;
    expect((await accounts.findMembership(account.user.id))?.user.email).toBe(account.user.email);
    expect(logged.join('\n')).not.toContain(server.connection.password);
  });

  it('answers a read at once where only its connection broke', async () => {
    const accounts = new PostgresAccountStore(database);
    await sql`select 1`.execute(database);
    const disturber = openDatabase({ connection: server.connection });
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'`.execute(
      disturber,
    );
    expect(await accounts.hasAccounts()).toBe(true);
    await disturber.destroy();
  });

  it('is not available while nothing listens, or whoever listens hangs up', async () => {
    const nobody = openDatabase({ connection: { ...server.connection, host: dataDir } });
    await expect(sql`select 1`.execute(nobody)).rejects.toMatchObject(notAvailable);
    await nobody.destroy();

    const rude = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await new Promise((resolve) => rude.once('listening', resolve));
    const { port } = rude.address() as { port: number };
    const unanswered = openDatabase({ connection: `postgres://a:b@127.0.0.1:${port}/c` });
    await expect(sql`select 1`.execute(unanswered)).rejects.toMatchObject(notAvailable);
    await unanswered.destroy();
    rude.close();
  });

  it('tells a wrong statement apart from a lost database', async () => {
    await expect(sql`select nonsense`.execute(database)).rejects.toMatchObject({ name: 'error', code: '42703' });
  });
});
