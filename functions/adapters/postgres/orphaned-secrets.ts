import { sql } from 'kysely';
import { apiKeySecretName } from '../../domain/api-key.ts';
import type { SecretReference } from '../../ports.ts';
import { repeatable } from './connection-failure.ts';
import type { Database } from './database.ts';

/**
 * Deletes those of these sealed Smartlead keys that no key refers to: versions that a rotation replaced, and what a crash left behind between
 * sealing a key and storing its row. Younger ones than an hour stay, because their row may be about to be stored; the age is told by
 * the database's clock, which also wrote it. To be called from time to time; answers how many went.
 */
export async function deleteOrphanedSecrets(database: Database, secrets: readonly SecretReference[]): Promise<number> {
  if (secrets.length === 0) return 0;
  const { numDeletedRows } = await repeatable(() =>
    database
      .deleteFrom('sealedSecrets')
      .where('name', 'like', apiKeySecretName('%'))
      .where(({ eb, refTuple, tuple }) =>
        eb(
          refTuple('name', 'version'),
          'in',
          secrets.map(({ name, version }) => tuple(name, version)),
        ),
      )
      .where('createdAt', '<', sql<string>`now() - interval '1 hour'`)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('smartleadKeys')
              .select('id')
              .whereRef('secretName', '=', 'sealedSecrets.name')
              .whereRef('secretVersion', '=', 'sealedSecrets.version'),
          ),
        ),
      )
      .executeTakeFirst(),
  );
  return Number(numDeletedRows);
}
