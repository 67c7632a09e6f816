import { ProblemError } from '../../../core/problem.ts';
import type { WorkspaceRole } from '../../../core/roles.ts';
import type { AccountStore, Membership, User, Workspace } from '../../../functions/ports.ts';

export class InMemoryAccountStore implements AccountStore {
  readonly #accounts: { user: User; passwordHash: string }[] = [];
  readonly #memberships: Membership[] = [];

  async createAccount(account: {
    user: Omit<User, 'operator'>;
    passwordHash: string;
    workspace: Workspace;
    signUpsOpen: boolean;
  }): Promise<Membership> {
    const first = this.#accounts.length === 0;
    if (!first && !account.signUpsOpen) throw new ProblemError('sign-ups-closed');
    if (this.#accounts.some(({ user }) => user.email === account.user.email)) {
      throw new ProblemError('already-exists', { detail: 'An account with this e-mail exists. Sign in instead.' });
    }
    const user = { ...account.user, operator: first };
    this.#accounts.push({ user, passwordHash: account.passwordHash });
    return this.addMember(user, account.workspace, 'owner');
  }

  /** For tests of roles: a user who joins a workspace. */
  addMember(user: User, workspace: Workspace, role: WorkspaceRole): Membership {
    const membership = { user, workspace, role };
    this.#memberships.push(membership);
    return structuredClone(membership);
  }

  async findCredentials(email: string): Promise<{ userId: string; passwordHash: string } | undefined> {
    const account = this.#accounts.find(({ user }) => user.email === email);
    return account === undefined ? undefined : { userId: account.user.id, passwordHash: account.passwordHash };
  }

  async findMembership(userId: string, workspaceId?: string): Promise<Membership | undefined> {
    const found = this.#memberships.find(
      ({ user, workspace }) => user.id === userId && (workspaceId === undefined || workspace.id === workspaceId),
    );
    return structuredClone(found);
  }

  async hasAccounts(): Promise<boolean> {
    return this.#accounts.length > 0;
  }
}
