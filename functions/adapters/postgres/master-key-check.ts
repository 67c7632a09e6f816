import { randomBytes } from 'node:crypto';
import type { Sealer } from '../../../core/sealer.ts';
import { MasterKeyError } from '../master-key.ts';
import type { Database } from './database.ts';

const setting = 'master-key-check';

/** Whether something in the database is sealed, so that a missing master key must not be replaced by a new one. */
export async function needsMasterKey(database: Database): Promise<boolean> {
  return (await readCheck(database)) !== undefined;
}

/**
 * Makes sure that the master key is the one this database was sealed with; a new database is bound to it. Rejects with
 * {@link MasterKeyError} where it is another, before anything is sealed with the wrong one.
 */
export async function checkMasterKey(database: Database, sealer: Sealer): Promise<void> {
  const sealed = sealer.seal(setting, randomBytes(16).toString('hex')).toString('base64');
  await database
    .insertInto('settings')
    .values({ name: setting, value: JSON.stringify(sealed) })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const check = await readCheck(database);
  try {
    sealer.open(setting, Buffer.from(check ?? '', 'base64'));
  } catch (error) {
    throw new MasterKeyError('the master key does not open this database; use the key it was made with', { cause: error });
  }
}

async function readCheck(database: Database): Promise<string | undefined> {
  const row = await database.selectFrom('settings').select('value').where('name', '=', setting).executeTakeFirst();
  return row?.value;
}
