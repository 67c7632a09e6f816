import type { Selectable } from 'kysely';
import { ProblemError } from '../../../core/problem.ts';
import { refuseBeyond, workspaceKeys } from '../../domain/quotas.ts';
import type { KeyStore, Page, PageRequest, SmartleadKey } from '../../ports.ts';
import { repeatable } from './connection-failure.ts';
import { violates } from './constraint-violation.ts';
import type { Database } from './database.ts';
import { lockWorkspace } from './lock-owner.ts';
import { afterCursor, toPage } from './page.ts';
import type { Schema } from './schema.ts';

export class PostgresKeyStore implements KeyStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  create(key: SmartleadKey, limit?: number): Promise<void> {
    const { id, workspaceId, label, last4, status, secret, createdAt, rotatedAt } = key;
    return this.#database.transaction().execute(async (transaction) => {
      if (limit !== undefined) {
        await lockWorkspace(transaction, workspaceId);
        const { count } = await transaction
          .selectFrom('smartleadKeys')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('workspaceId', '=', workspaceId)
          .executeTakeFirstOrThrow();
        refuseBeyond(limit, count, workspaceKeys);
      }
      await transaction
        .insertInto('smartleadKeys')
        .values({
          id,
          workspaceId,
          label,
          last4,
          status,
          createdAt,
          rotatedAt,
          secretName: secret.name,
          secretVersion: secret.version,
        })
        .execute();
    });
  }

  async find(workspaceId: string, keyId: string): Promise<SmartleadKey | undefined> {
    const row = await repeatable(() =>
      this.#database
        .selectFrom('smartleadKeys')
        .selectAll()
        .where('workspaceId', '=', workspaceId)
        .where('id', '=', keyId)
        .executeTakeFirst(),
    );
    return row && toKey(row);
  }

  async list(workspaceId: string, page: PageRequest): Promise<Page<SmartleadKey>> {
    const rows = await repeatable(() =>
      this.#database
        .selectFrom('smartleadKeys')
        .selectAll()
        .where('workspaceId', '=', workspaceId)
        .where(afterCursor('createdAt', page.cursor))
        .orderBy('createdAt', 'desc')
        .orderBy('id', 'desc')
        .limit(page.limit + 1)
        .execute(),
    );
    return toPage(rows.map(toKey), page, (key) => key.createdAt);
  }

  async update(
    workspaceId: string,
    keyId: string,
    change: Partial<Pick<SmartleadKey, 'label' | 'last4' | 'status' | 'secret' | 'rotatedAt'>>,
  ): Promise<SmartleadKey | undefined> {
    const { secret, ...columns } = change;
    const set = { ...columns, ...(secret === undefined ? {} : { secretName: secret.name, secretVersion: secret.version }) };
    if (Object.keys(set).length === 0) return this.find(workspaceId, keyId);
    const row = await repeatable(() =>
      this.#database
        .updateTable('smartleadKeys')
        .set(set)
        .where('workspaceId', '=', workspaceId)
        .where('id', '=', keyId)
        .$if(secret !== undefined, (query) => query.where('secretVersion', '<=', secret?.version as number))
        .returningAll()
        .executeTakeFirst(),
    );
    if (row !== undefined) return toKey(row);
    if (secret !== undefined && (await this.find(workspaceId, keyId)) !== undefined) {
      throw new ProblemError('conflict', { detail: 'The key was rotated by somebody else at the same time. Look at it again.' });
    }
    return undefined;
  }

  /** Rejects with ProblemError `in-use` while an instance uses the key, whatever was true when the caller looked. */
  async delete(workspaceId: string, keyId: string): Promise<boolean> {
    try {
      const { numDeletedRows } = await this.#database
        .deleteFrom('smartleadKeys')
        .where('workspaceId', '=', workspaceId)
        .where('id', '=', keyId)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    } catch (error) {
      if (!violates(error, 'foreign-key')) throw error;
      throw new ProblemError('in-use', {
        detail: 'Instances use this key. Give them another key or delete them first.',
        cause: error,
      });
    }
  }
}

function toKey({ secretName, secretVersion, ...columns }: Selectable<Schema['smartleadKeys']>): SmartleadKey {
  const { id, workspaceId, label, last4, status, createdAt, rotatedAt } = columns;
  return { id, workspaceId, label, last4, status, secret: { name: secretName, version: secretVersion }, createdAt, rotatedAt };
}
