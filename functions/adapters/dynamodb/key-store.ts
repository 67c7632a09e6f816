import { createWriteTransaction } from 'electrodb';
import { ProblemError } from '../../../core/problem.ts';
import { refuseBeyond, workspaceKeys } from '../../domain/quotas.ts';
import type { KeyStore, Page, PageRequest, SmartleadKey } from '../../ports.ts';
import type { PlatformEntities } from './entities/index.ts';
import { toKey } from './entities/key.ts';
import { splitChange } from './null-attributes.ts';
import { readPage } from './page.ts';
import { requested } from './request.ts';
import { shardOf } from './shards.ts';
import { writeTogether } from './transaction.ts';

type KeyChange = Partial<Pick<SmartleadKey, 'label' | 'last4' | 'status' | 'secret' | 'rotatedAt'>>;

export class DynamoKeyStore implements KeyStore {
  readonly #entities: PlatformEntities;

  constructor(entities: PlatformEntities) {
    this.#entities = entities;
  }

  async create(key: SmartleadKey, limit?: number): Promise<void> {
    const { secret, rotatedAt, ...attributes } = key;
    const item = {
      ...attributes,
      secretName: secret.name,
      secretVersion: secret.version,
      shard: shardOf(key.id),
      ...(rotatedAt === null ? {} : { rotatedAt }),
    };
    const outcome = await writeTogether(() =>
      createWriteTransaction(this.#entities, (entities) => [
        entities.key.create(item).commit(),
        entities.workspace
          .patch({ id: key.workspaceId })
          .add({ keyCount: 1 })
          .where(({ keyCount }, { lt }) => (limit === undefined ? '' : lt(keyCount, limit)))
          .commit(),
      ]),
    );
    if (outcome.written) return;
    if (outcome.refused[1] && limit !== undefined) refuseBeyond(limit, limit, workspaceKeys);
    throw new Error(`The key ${key.id} could not be stored: it exists already, or its workspace does not.`);
  }

  async find(workspaceId: string, keyId: string): Promise<SmartleadKey | undefined> {
    const { data } = await requested(() => this.#entities.key.get({ id: keyId }).go({ consistent: true }));
    return data === null || data.workspaceId !== workspaceId ? undefined : toKey(data);
  }

  /** From an index, which shows a new key a moment after it was stored. */
  list(workspaceId: string, page: PageRequest): Promise<Page<SmartleadKey>> {
    return readPage(
      page,
      (key) => key.createdAt,
      async (after, count) => {
        const query = this.#entities.key.query.byWorkspace({ workspaceId });
        const from = after === undefined ? query : query.lt({ createdAt: after.time, id: after.id });
        const { data } = await requested(() => from.go({ order: 'desc', limit: count, count }));
        return data.map(toKey);
      },
    );
  }

  async update(workspaceId: string, keyId: string, change: KeyChange): Promise<SmartleadKey | undefined> {
    const { secret, ...attributes } = change;
    const { set, remove } = splitChange({
      ...attributes,
      ...(secret === undefined ? {} : { secretName: secret.name, secretVersion: secret.version }),
    });
    if (Object.keys(set).length === 0 && remove.length === 0) return this.find(workspaceId, keyId);
    const { rejected, data } = await requested(() =>
      this.#entities.key
        .patch({ id: keyId })
        .set(set)
        .remove(remove)
        .where((key, { eq, lte }) => {
          const own = eq(key.workspaceId, workspaceId);
          return secret === undefined ? own : `${own} AND ${lte(key.secretVersion, secret.version)}`;
        })
        .go({ response: 'all_new', returnOnConditionCheckFailure: 'all_old' }),
    );
    if (!rejected) return toKey(data);
    if (data === null || data.workspaceId !== workspaceId) return undefined;
    throw new ProblemError('conflict', { detail: 'The key was rotated by somebody else at the same time. Look at it again.' });
  }

  /** Rejects with ProblemError `in-use` while an instance uses the key, whatever was true when the caller looked. */
  async delete(workspaceId: string, keyId: string): Promise<boolean> {
    const outcome = await writeTogether(() =>
      createWriteTransaction(this.#entities, (entities) => [
        entities.key
          .delete({ id: keyId })
          .where((key, { eq }) => `${eq(key.workspaceId, workspaceId)} AND ${eq(key.instanceCount, 0)}`)
          .commit(),
        entities.workspace.patch({ id: workspaceId }).add({ keyCount: -1 }).commit(),
      ]),
    );
    if (outcome.written) return true;
    if ((await this.find(workspaceId, keyId)) === undefined) return false;
    throw new ProblemError('in-use', { detail: 'Instances use this key. Give them another key or delete them first.' });
  }
}
