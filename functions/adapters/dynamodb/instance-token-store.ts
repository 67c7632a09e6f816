import { createWriteTransaction, type EntityItem } from 'electrodb';
import { ProblemError } from '../../../core/problem.ts';
import { instanceTokens, refuseBeyond } from '../../domain/quotas.ts';
import type { InstanceToken, InstanceTokenStore, Page, PageRequest } from '../../ports.ts';
import { readBatch } from './batch-get.ts';
import { changeItem } from './change-feed.ts';
import type { PlatformEntities } from './entities/index.ts';
import { toToken } from './entities/token.ts';
import { withoutNulls } from './null-attributes.ts';
import { readPage } from './page.ts';
import { attempts, notAvailable, requested } from './request.ts';
import { writeTogether } from './transaction.ts';

type TokenReference = EntityItem<PlatformEntities['tokenReference']>;

/** Its owner sees for a while that a token has expired. In milliseconds. */
const expiredKept = 30 * 24 * 60 * 60 * 1000;

/** A token is two items: its own, which routers read by the hash, and a reference beside the other tokens of the instance. */
export class DynamoInstanceTokenStore implements InstanceTokenStore {
  readonly #entities: PlatformEntities;

  constructor(entities: PlatformEntities) {
    this.#entities = entities;
  }

  async create(token: InstanceToken, limit?: number): Promise<void> {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (await this.#create(token, limit)) return;
      const { data: instance } = await requested(() =>
        this.#entities.instance.get({ id: token.instanceId }).go({ consistent: true }),
      );
      if (instance === null || instance.closing) {
        throw new ProblemError('not-found', { detail: 'This instance does not exist any more.' });
      }
      if (limit !== undefined && instance.tokenCount >= limit && !(await this.#deleteLongExpired(token.instanceId))) {
        refuseBeyond(limit, instance.tokenCount, instanceTokens);
      }
    }
    throw notAvailable(new Error(`rivals kept out a token of ${token.instanceId} ${attempts} times`));
  }

  /** Answers `false` where the instance takes no more tokens, or is gone. */
  async #create(token: InstanceToken, limit: number | undefined): Promise<boolean> {
    const { id, instanceId, hash, createdAt, expiresAt } = token;
    const outcome = await writeTogether(() =>
      createWriteTransaction(this.#entities, (entities) => [
        entities.instance
          .patch({ id: instanceId })
          .add({ tokenCount: 1 })
          .where(({ closing, tokenCount }, { notExists, lt }) =>
            limit === undefined ? notExists(closing) : `${notExists(closing)} AND ${lt(tokenCount, limit)}`,
          )
          .commit(),
        entities.token.create(withoutNulls(token)).commit(),
        entities.tokenReference.create(withoutNulls({ id, instanceId, hash, createdAt, expiresAt })).commit(),
      ]),
    );
    if (outcome.written) return true;
    if (outcome.refused[0]) return false;
    throw new Error(`The token ${id} could not be stored: it exists already.`);
  }

  async findByHash(hash: string): Promise<InstanceToken | undefined> {
    const { data } = await requested(() => this.#entities.token.get({ hash }).go({ consistent: true }));
    return data === null ? undefined : toToken(data);
  }

  async list(instanceId: string, page: PageRequest): Promise<Page<InstanceToken>> {
    const { items: references, nextCursor } = await readPage(
      page,
      ({ createdAt }: TokenReference) => createdAt,
      async (after, count) => {
        const query = this.#entities.tokenReference.query.primary({ instanceId });
        const from = after === undefined ? query : query.lt({ createdAt: after.time, id: after.id });
        return (await requested(() => from.go({ consistent: true, order: 'desc', limit: count, count }))).data;
      },
    );
    const found = await readBatch(
      references.map(({ hash }) => ({ hash })),
      (keys) => this.#entities.token.get(keys).go({ consistent: true }),
    );
    const tokens = new Map(found.map((token) => [token.id, toToken(token)]));
    return { items: references.flatMap(({ id }) => tokens.get(id) ?? []), nextCursor };
  }

  async delete(instanceId: string, tokenId: string): Promise<InstanceToken | undefined> {
    const references = await this.#references(instanceId);
    const reference = references.find(({ id }) => id === tokenId);
    if (reference === undefined) return undefined;
    const token = await this.findByHash(reference.hash);
    return (await this.#delete(reference)) ? token : undefined;
  }

  /** The reference never changes, so that the index may be late: only of a token that was made a moment ago. */
  async touch(tokenId: string, usedAt: string): Promise<void> {
    const { data } = await requested(() => this.#entities.tokenReference.query.byId({ id: tokenId }).go({ limit: 1 }));
    const hash = data[0]?.hash;
    if (hash === undefined) return;
    // Two uses can be told in the wrong order; the time of last use never goes back.
    await requested(() =>
      this.#entities.token
        .patch({ hash })
        .set({ lastUsedAt: usedAt })
        .where(({ lastUsedAt }, { notExists, lt }) => `(${notExists(lastUsedAt)} OR ${lt(lastUsedAt, usedAt)})`)
        .go({ returnOnConditionCheckFailure: true }),
    );
  }

  async #references(instanceId: string) {
    const { data } = await requested(() =>
      this.#entities.tokenReference.query.primary({ instanceId }).go({ consistent: true, pages: 'all' }),
    );
    return data;
  }

  /** Deletes the token and tells the routers, together. Answers whether it was there. */
  async #delete({ id, instanceId, hash, createdAt }: TokenReference): Promise<boolean> {
    const outcome = await writeTogether(() =>
      createWriteTransaction(this.#entities, ({ instance, token, tokenReference, change }) => [
        tokenReference.remove({ instanceId, createdAt, id }).commit(),
        token.delete({ hash }).commit(),
        instance.patch({ id: instanceId }).add({ tokenCount: -1 }).commit(),
        change.put(changeItem({ kind: 'token-revoked', tokenId: id, instanceId })).commit(),
      ]),
    );
    return outcome.written;
  }

  /** Makes room by deleting tokens that expired long ago: DynamoDB's own expiry would not count them. Answers whether there were any. */
  async #deleteLongExpired(instanceId: string): Promise<boolean> {
    const before = new Date(Date.now() - expiredKept).toISOString();
    const references = await this.#references(instanceId);
    const expired = references.filter(({ expiresAt }) => expiresAt !== undefined && expiresAt < before);
    for (const reference of expired) await this.#delete(reference);
    return expired.length > 0;
  }
}
