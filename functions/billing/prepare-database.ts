import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { runMigrations } from '../adapters/postgres/run-migrations.ts';
import { billingMigrations } from './migrations/index.ts';
import { billingRole, billingSchema, createRoles } from './roles.ts';

/** How to sign in to the billing database, as whom. Asked anew for every connection, since what signs in is short-lived. */
export interface BillingSignIns {
  /** As the owner of the schema. */
  migrator(): Promise<pg.ClientConfig>;
  /** As the master user; asked for only where these roles are missing, so its password is not even read at most deployments. */
  master(): Promise<pg.ClientConfig>;
}

/** PostgreSQL's codes for "you may not sign in": wrong password or token, and a role that is not there. */
const mayNotSignIn: ReadonlySet<unknown> = new Set(['28P01', '28000']);

/**
 * Brings the billing database up to date: the roles where they are missing, then all missing migrations in one transaction. Run it as often
 * as you like, also twice at once. Answers the names of the migrations that ran. Rejects where the database cannot be reached, or with
 * `DatabaseNewerError` or `MigrationFailedError`; the schema is then as it was before.
 */
export async function prepareBillingDatabase(signIns: BillingSignIns): Promise<string[]> {
  if (!(await isSetUp(signIns))) {
    await connected(await signIns.master(), (master) => createRoles(master, master.database ?? ''));
  }
  const pool = new pg.Pool({ ...(await signIns.migrator()), max: 2, options: `-c search_path=${billingSchema}` });
  // A connection that breaks fails its statement; told of it as well, the process would end.
  pool.on('error', () => {});
  const database = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    // Two at once would both find it missing.
    await pool.query(
      `begin; select pg_advisory_xact_lock(hashtext('${billingSchema}')); create schema if not exists ${billingSchema}; commit`,
    );
    return await runMigrations(database, billingMigrations);
  } finally {
    await database.destroy();
  }
}

/** Whether the owner of the schema may sign in and make it, and the other role is there. */
async function isSetUp(signIns: BillingSignIns): Promise<boolean> {
  try {
    return await connected(await signIns.migrator(), async (migrator) => {
      const { rowCount } = await migrator.query(
        "select from pg_roles where rolname = $1 and has_database_privilege(current_database(), 'create')",
        [billingRole],
      );
      return rowCount === 1;
    });
  } catch (error) {
    if (mayNotSignIn.has((error as { code?: unknown }).code)) return false;
    throw error;
  }
}

async function connected<Result>(config: pg.ClientConfig, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client(config);
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
