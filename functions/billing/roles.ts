import type { ClientBase } from 'pg';

/** Owner of the schema. Signs in during deployments alone. */
export const migratorRole = 'migrator';
/** Of the functions that bill. What it may do to a table, the migration says that makes the table. */
export const billingRole = 'billing';
/** The schema is called as the role, so that PostgreSQL finds it for that role by itself. */
export const billingSchema = 'billing';

/**
 * Makes the two roles, as the master user, where they are missing. They have no password: being in `rds_iam`, they sign in with tokens
 * of IAM and with nothing else.
 * Source: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html
 */
export async function createRoles(master: ClientBase, database: string): Promise<void> {
  const { rows } = await master.query<{ rolname: string }>('select rolname from pg_roles where rolname = any($1)', [
    [migratorRole, billingRole],
  ]);
  const name = master.escapeIdentifier(database);
  for (const role of [migratorRole, billingRole]) {
    if (!rows.some(({ rolname }) => rolname === role)) await master.query(`create role ${role} login`);
    await master.query(`grant rds_iam to ${role}`);
    await master.query(`grant connect on database ${name} to ${role}`);
  }
  await master.query(`grant create on database ${name} to ${migratorRole}`);
  await master.query(`revoke connect, temporary on database ${name} from public`);
}
