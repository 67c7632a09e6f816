import { randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../../selfhost/postgres/embedded-postgres.ts';

export interface BillingServer {
  /** Of the role, which has this password once it was given one by {@link admit}. */
  signIn(user: string): pg.ClientConfig;
  /** Gives a role, where it is there, the password that stands for a token of IAM. */
  admit(role: string): Promise<void>;
  /** Runs a statement as the superuser, whom RDS keeps to itself. */
  query(statement: string, values?: unknown[]): Promise<pg.QueryResult>;
  /** A database and roles as a new instance of RDS has them. */
  renew(): Promise<void>;
  stop(): Promise<void>;
}

const superuser = 'postgres';
/** As on RDS: makes roles and databases, and is no superuser. */
export const masterUser = 'platform';
const database = 'billing';

/**
 * A server of its own with what RDS has and ours has not: a master user who is no superuser, the role `rds_iam`, and other roles that may
 * sign in. The server of all tests lets in but one.
 */
export async function startBillingServer(): Promise<BillingServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'smartlead-mcp-test-billing-'));
  const options = {
    dataDir,
    log: () => {},
    serverSettings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
  };
  await (await startEmbeddedPostgres(options)).stop();
  const rules = ['local', 'host'].flatMap((kind) => {
    const where = kind === 'host' ? ' 127.0.0.1/32' : '';
    return [`${kind} all ${superuser}${where} trust`, `${kind} all all${where} scram-sha-256`];
  });
  await appendFile(join(dataDir, 'postgres', 'cluster', 'pg_hba.conf'), `${rules.join('\n')}\n`);
  const server = await startEmbeddedPostgres(options);
  const { host, port } = server.connection;
  const password = randomBytes(16).toString('hex');

  const query = async (statement: string, values: unknown[] = [], inDatabase = database): Promise<pg.QueryResult> => {
    const client = new pg.Client({ host, port, user: superuser, database: inDatabase, ssl: false });
    await client.connect();
    try {
      return await client.query(statement, values);
    } finally {
      await client.end();
    }
  };
  const roleExists = async (role: string): Promise<boolean> =>
    (await query('select from pg_roles where rolname = $1', [role], superuser)).rowCount === 1;

  return {
    signIn: (user) => ({ host, port, user, password, database, ssl: false }),
    query: (statement, values) => query(statement, values),
    admit: async (role) => {
      if (await roleExists(role)) await query(`alter role ${role} password '${password}'`, [], superuser);
    },
    renew: async () => {
      await query(`drop database if exists ${database} with (force)`, [], superuser);
      for (const role of ['migrator', 'billing', masterUser, 'rds_iam'])
        await query(`drop role if exists ${role}`, [], superuser);
      await query(`create role ${masterUser} login createrole createdb password '${password}'`, [], superuser);
      await query('create role rds_iam', [], superuser);
      await query(`grant rds_iam to ${masterUser} with admin option`, [], superuser);
      await query(`create database ${database} owner ${masterUser}`, [], superuser);
    },
    stop: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
