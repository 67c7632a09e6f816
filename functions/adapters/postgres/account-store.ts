import { type Selectable, sql } from 'kysely';
import { ProblemError } from '../../../core/problem.ts';
import type { AccountStore, Membership, User, Workspace } from '../../ports.ts';
import { repeatable } from './connection-failure.ts';
import { violates } from './constraint-violation.ts';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';

/** Number of the advisory lock that lets sign-ups happen one after the other, so that only one can be the first. */
const signUpLock = 7_301_001;

export class PostgresAccountStore implements AccountStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async createAccount(account: {
    user: Omit<User, 'operator'>;
    passwordHash: string;
    workspace: Workspace;
    signUpsOpen: boolean;
  }): Promise<Membership> {
    const { passwordHash, workspace, signUpsOpen } = account;
    try {
      return await this.#database.transaction().execute(async (transaction) => {
        await sql`select pg_advisory_xact_lock(${signUpLock})`.execute(transaction);
        const first = !(await someUserExists(transaction));
        if (!first && !signUpsOpen) {
          throw new ProblemError('sign-ups-closed', { detail: 'Ask the owner of this installation for an account.' });
        }
        const user: User = { ...account.user, operator: first };
        const { id, email, name, operator, createdAt } = user;
        await transaction.insertInto('users').values({ id, email, name, operator, createdAt, passwordHash }).execute();
        await transaction
          .insertInto('workspaces')
          .values({ id: workspace.id, name: workspace.name, createdAt: workspace.createdAt })
          .execute();
        await transaction
          .insertInto('memberships')
          .values({ userId: id, workspaceId: workspace.id, role: 'owner', createdAt })
          .execute();
        return { user, workspace, role: 'owner' };
      });
    } catch (error) {
      if (!violates(error, 'unique', 'users_email_key')) throw error;
      throw new ProblemError('already-exists', {
        detail: 'This e-mail address has an account already. Sign in instead.',
        cause: error,
      });
    }
  }

  findCredentials(email: string): Promise<{ userId: string; passwordHash: string } | undefined> {
    return repeatable(() =>
      this.#database.selectFrom('users').select(['id as userId', 'passwordHash']).where('email', '=', email).executeTakeFirst(),
    );
  }

  async findMembership(userId: string, workspaceId?: string): Promise<Membership | undefined> {
    const row = await repeatable(() =>
      this.#database
        .selectFrom('memberships')
        .innerJoin('users', 'users.id', 'memberships.userId')
        .innerJoin('workspaces', 'workspaces.id', 'memberships.workspaceId')
        .select(['memberships.role', 'memberships.workspaceId', 'workspaces.name as workspaceName'])
        .select('workspaces.createdAt as workspaceCreatedAt')
        .select(['users.id', 'users.email', 'users.name', 'users.operator', 'users.createdAt'])
        .where('memberships.userId', '=', userId)
        .$if(workspaceId !== undefined, (query) => query.where('memberships.workspaceId', '=', workspaceId as string))
        .orderBy('memberships.createdAt')
        .orderBy('memberships.workspaceId')
        .limit(1)
        .executeTakeFirst(),
    );
    if (row === undefined) return undefined;
    return {
      user: toUser(row),
      workspace: { id: row.workspaceId, name: row.workspaceName, createdAt: row.workspaceCreatedAt },
      role: row.role,
    };
  }

  hasAccounts(): Promise<boolean> {
    return repeatable(() => someUserExists(this.#database));
  }
}

function toUser({ id, email, name, operator, createdAt }: Omit<Selectable<Schema['users']>, 'passwordHash'>): User {
  return { id, email, name, operator, createdAt };
}

async function someUserExists(database: Database): Promise<boolean> {
  return (await database.selectFrom('users').select('id').limit(1).executeTakeFirst()) !== undefined;
}
