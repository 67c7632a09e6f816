import { createWriteTransaction } from 'electrodb';
import type { AccountRelinking, User } from '../../ports.ts';
import { createPlatformEntities, type PlatformEntities } from './entities/index.ts';
import { requested } from './request.ts';
import type { PlatformTable } from './table.ts';
import { writeTogether } from './transaction.ts';

/** Moves accounts from identifiers of a user pool that is gone to those of the present one, each in one transaction. */
export class DynamoAccountRelinking implements AccountRelinking {
  readonly #entities: PlatformEntities;

  constructor(table: PlatformTable) {
    this.#entities = createPlatformEntities(table);
  }

  async relink(
    { id, email, name }: Pick<User, 'id' | 'email' | 'name'>,
    { before, now }: { before: string; now: string },
  ): Promise<{ userId: string } | undefined> {
    const { credentials } = this.#entities;
    const { data: owner } = await requested(() => credentials.get({ email }).go({ consistent: true }));
    if (owner === null || owner.userId === id) return undefined;
    const { userId } = owner;
    const [user, memberships] = await Promise.all([
      requested(() => this.#entities.user.get({ id: userId }).go({ consistent: true })),
      requested(() => this.#entities.membership.query.primary({ userId }).go({ consistent: true, pages: 'all' })),
    ]);
    if (user.data === null || Date.parse(user.data.createdAt) >= Date.parse(before)) return undefined;
    const { operator } = user.data;
    const outcome = await writeTogether(() =>
      createWriteTransaction(this.#entities, (entities) => [
        entities.credentials
          .put({ email, userId: id, passwordHash: '' })
          .where((attributes, { eq }) => eq(attributes.userId, userId))
          .commit(),
        entities.user.create({ id, email, operator, createdAt: now, ...(name === null ? {} : { name }) }).commit(),
        entities.user.remove({ id: userId }).commit(),
        ...memberships.data.flatMap(({ workspaceId, role, createdAt }) => [
          entities.membership.create({ userId: id, workspaceId, role, createdAt }).commit(),
          // Who was taken out of the workspace meanwhile does not come back.
          entities.membership.remove({ userId, workspaceId }).commit(),
        ]),
      ]),
    );
    return outcome.written ? { userId } : undefined;
  }
}
