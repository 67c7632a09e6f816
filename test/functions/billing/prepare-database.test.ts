import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BillingSignIns, prepareBillingDatabase } from '../../../functions/billing/prepare-database.ts';
import { billingRole, migratorRole } from '../../../functions/billing/roles.ts';
import { type BillingServer, masterUser, startBillingServer } from './billing-server.ts';

let server: BillingServer;
let masterAsked: number;

beforeAll(async () => {
  server = await startBillingServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  await server.renew();
  masterAsked = 0;
});

/** Whoever was made by the master user can sign in, as with IAM. */
const signIns: BillingSignIns = {
  migrator: async () => {
    await server.admit(migratorRole);
    return server.signIn(migratorRole);
  },
  master: async () => {
    masterAsked += 1;
    return server.signIn(masterUser);
  },
};

/** Does it as the role, and answers PostgreSQL's code where it may not. */
async function attempt(user: string, statement: string): Promise<string> {
  await server.admit(user);
  const client = new pg.Client(server.signIn(user));
  try {
    await client.connect();
    await client.query(statement);
    return 'done';
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    await client.end();
  }
}

const addBatch = (id: string) => `
  insert into usage_batches (batch_id) values ('${id}');
  insert into usage_entries (batch_id, position, workspace_id, instance_id, tool, minute, calls, errors)
  values ('${id}', 0, 'wsp_1', 'ins_1', 'campaigns_get_all', '2026-11-22T08:41:00Z', 3, 1)`;

// Source: PostgreSQL's table of error codes.
const [insufficientPrivilege, uniqueViolation, checkViolation, foreignKeyViolation] = ['42501', '23505', '23514', '23503'];

describe('the billing database', () => {
  it('is made from nothing, and left alone where it is up to date', async () => {
    expect(await prepareBillingDatabase(signIns)).toEqual(['0001-usage-ledger']);
    expect(await prepareBillingDatabase(signIns)).toEqual([]);
  });

  it('asks for the master user once, and only where it was never set up', async () => {
    await prepareBillingDatabase(signIns);
    expect(masterAsked).toBe(1);
    await server.query('drop schema billing cascade');
    expect(await prepareBillingDatabase(signIns)).toEqual(['0001-usage-ledger']);
    expect(masterAsked).toBe(1);
  });

  it('is prepared once by two deployments at the same time', async () => {
    await prepareBillingDatabase(signIns);
    await server.query('drop schema billing cascade');
    const alike: BillingSignIns = { ...signIns, migrator: async () => server.signIn(migratorRole) };
    const ran = await Promise.all([prepareBillingDatabase(alike), prepareBillingDatabase(alike)]);
    expect(ran.flat()).toEqual(['0001-usage-ledger']);
  });

  it('is refused in words where a newer release has been here, and unchanged', async () => {
    await prepareBillingDatabase(signIns);
    await server.query("insert into billing.kysely_migration values ('0099-of-the-future', now()::text)");
    await expect(prepareBillingDatabase(signIns)).rejects.toThrow(/newer version.*0099-of-the-future/);
  });

  it('is not asked for the master user where it cannot be reached', async () => {
    const away: BillingSignIns = { ...signIns, migrator: async () => ({ ...server.signIn('x'), host: '127.0.0.1', port: 1 }) };
    await expect(prepareBillingDatabase(away)).rejects.toThrow('ECONNREFUSED');
    expect(masterAsked).toBe(0);
  });
});

describe('the ledger of usage', () => {
  beforeEach(() => prepareBillingDatabase(signIns));

  it('takes a batch once', async () => {
    expect(await attempt(billingRole, addBatch('batch-1'))).toBe('done');
    expect(await attempt(billingRole, addBatch('batch-1'))).toBe(uniqueViolation);
    expect((await server.query('select from billing.usage_entries')).rowCount).toBe(1);
  });

  it('never loses or changes a line by the hand of who bills', async () => {
    await attempt(billingRole, addBatch('batch-1'));
    for (const statement of [
      'update usage_entries set calls = 0',
      'delete from usage_entries',
      'truncate usage_entries',
      "update usage_batches set batch_id = 'other'",
      'delete from usage_batches',
      'drop table usage_entries',
      'alter table usage_entries add column note text',
      'create table billing.mine (id text)',
    ]) {
      expect({ statement, code: await attempt(billingRole, statement) }).toEqual({ statement, code: insufficientPrivilege });
    }
    expect((await server.query('select calls from billing.usage_entries')).rows).toEqual([{ calls: '3' }]);
  });

  it('takes no negative counts and no entry without its batch', async () => {
    expect(await attempt(billingRole, addBatch('batch-1').replace(', 3, 1)', ', -3, 1)'))).toBe(checkViolation);
    const entryAlone = addBatch('batch-1').replace(/insert into usage_batches[^;]*;/, '');
    expect(await attempt(billingRole, entryAlone)).toBe(foreignKeyViolation);
  });
});

describe('the roles', () => {
  beforeEach(() => prepareBillingDatabase(signIns));

  it('sign in by IAM alone, own nothing of the server and may not make others', async () => {
    const { rows } = await server.query(
      `select r.rolname, r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolbypassrls,
              pg_has_role(r.oid, 'rds_iam', 'member') as by_iam
       from pg_roles r where r.rolname = any($1) order by 1`,
      [[migratorRole, billingRole]],
    );
    const lowly = { rolsuper: false, rolcreaterole: false, rolcreatedb: false, rolbypassrls: false, by_iam: true };
    expect(rows).toEqual([
      { rolname: billingRole, ...lowly },
      { rolname: migratorRole, ...lowly },
    ]);
  });

  it('are the only ones that may connect, beside the owner of the database', async () => {
    await server.query('drop role if exists stranger');
    await server.query('create role stranger login');
    expect(await attempt('stranger', 'select 1')).toBe(insufficientPrivilege);
    await server.query('drop role stranger');
    expect(await attempt(billingRole, 'select 1')).toBe('done');
  });
});
