import { createWriteTransaction } from 'electrodb';
import { ProblemError } from '../../../core/problem.ts';
import type { AccountStore, Membership, User, Workspace } from '../../ports.ts';
import type { PlatformEntities } from './entities/index.ts';
import { toUser } from './entities/user.ts';
import { requested } from './request.ts';
import { shardOf } from './shards.ts';
import { writeTogether } from './transaction.ts';

interface NewAccount {
  user: Omit<User, 'operator'>;
  passwordHash: string;
  workspace: Workspace;
  signUpsOpen: boolean;
}

export class DynamoAccountStore implements AccountStore {
  readonly #entities: PlatformEntities;

  constructor(entities: PlatformEntities) {
    this.#entities = entities;
  }

  async createAccount(account: NewAccount): Promise<Membership> {
    if (!(await this.hasAccounts())) {
      const membership = await this.#create(account, true);
      if (membership !== undefined) return membership;
      // Somebody else was first meanwhile.
    }
    if (!account.signUpsOpen) {
      throw new ProblemError('sign-ups-closed', { detail: 'Ask the owner of this installation for an account.' });
    }
    return (await this.#create(account, false)) as Membership;
  }

  /** Writes the account. Answers `undefined` where it was to be the first one and is not. */
  async #create({ user, passwordHash, workspace }: NewAccount, first: boolean): Promise<Membership | undefined> {
    const { id: userId, email, name, createdAt } = user;
    const outcome = await writeTogether(() =>
      createWriteTransaction(this.#entities, (entities) => [
        entities.credentials.create({ email, userId, passwordHash }).commit(),
        entities.user.create({ id: userId, email, operator: first, createdAt, ...(name === null ? {} : { name }) }).commit(),
        entities.workspace.create({ ...workspace, shard: shardOf(workspace.id) }).commit(),
        entities.membership.create({ userId, workspaceId: workspace.id, role: 'owner', createdAt }).commit(),
        ...(first ? [entities.firstAccount.create({ userId }).commit()] : []),
      ]),
    );
    if (outcome.written) return { user: { ...user, operator: first }, workspace, role: 'owner' };
    if (outcome.refused[4]) return undefined;
    throw new ProblemError('already-exists', {
      detail: 'This e-mail address has an account already. Sign in instead.',
    });
  }

  async findCredentials(email: string): Promise<{ userId: string; passwordHash: string } | undefined> {
    const { data } = await requested(() => this.#entities.credentials.get({ email }).go({ consistent: true }));
    return data === null ? undefined : { userId: data.userId, passwordHash: data.passwordHash };
  }

  async findMembership(userId: string, workspaceId?: string): Promise<Membership | undefined> {
    const [user, membership] = await Promise.all([
      requested(() => this.#entities.user.get({ id: userId }).go({ consistent: true })),
      workspaceId === undefined ? this.#firstMembership(userId) : this.#membership(userId, workspaceId),
    ]);
    if (user.data === null || membership === undefined) return undefined;
    const workspace = await requested(() =>
      this.#entities.workspace.get({ id: membership.workspaceId }).go({ consistent: true }),
    );
    if (workspace.data === null) return undefined;
    const { id, name, createdAt } = workspace.data;
    return { user: toUser(user.data), workspace: { id, name, createdAt }, role: membership.role };
  }

  async #membership(userId: string, workspaceId: string) {
    const { data } = await requested(() => this.#entities.membership.get({ userId, workspaceId }).go({ consistent: true }));
    return data ?? undefined;
  }

  /** The oldest one. A user has a few at most. */
  async #firstMembership(userId: string) {
    const { data } = await requested(() =>
      this.#entities.membership.query.primary({ userId }).go({ consistent: true, pages: 'all' }),
    );
    return data.sort((one, other) => (one.createdAt + one.workspaceId < other.createdAt + other.workspaceId ? -1 : 1))[0];
  }

  async hasAccounts(): Promise<boolean> {
    const { data } = await requested(() => this.#entities.firstAccount.get({ scope: 'installation' }).go({ consistent: true }));
    return data !== null;
  }
}
