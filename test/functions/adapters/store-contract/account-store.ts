import { describe, expect, it } from 'vitest';
import { newAccount } from './fixtures.ts';
import { type OpenStores, type Stores, useStores } from './stores.ts';

/** Runs the test with stores that nobody has signed up at. */
async function withEmptyStores(open: OpenStores, test: (stores: Stores) => Promise<void>): Promise<void> {
  const stores = await open();
  try {
    await test(stores);
  } finally {
    await stores.close();
  }
}

export function accountStoreContract(open: OpenStores): void {
  describe('account store', () => {
    it('makes the first account, and only that, operator', () =>
      withEmptyStores(open, async ({ accounts }) => {
        expect(await accounts.hasAccounts()).toBe(false);
        expect((await accounts.createAccount(newAccount())).user.operator).toBe(true);
        expect(await accounts.hasAccounts()).toBe(true);
        expect((await accounts.createAccount(newAccount())).user.operator).toBe(false);
      }));

    it('makes one operator where several sign up first at the same time', () =>
      withEmptyStores(open, async ({ accounts }) => {
        const created = await Promise.all(Array.from({ length: 8 }, () => accounts.createAccount(newAccount())));
        expect(created.filter((membership) => membership.user.operator)).toHaveLength(1);
      }));

    it('lets one of several in at the same time where sign-ups are closed', () =>
      withEmptyStores(open, async ({ accounts }) => {
        const attempts = Array.from({ length: 5 }, () => accounts.createAccount({ ...newAccount(), signUpsOpen: false }));
        const outcomes = await Promise.allSettled(attempts);
        expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected')
            expect(outcome.reason).toMatchObject({ name: 'ProblemError', type: 'sign-ups-closed' });
        }
      }));

    const stores = useStores(open);

    it('gives an e-mail address to one account only, also at the same time', async () => {
      const email = 'twins@example.com';
      const outcomes = await Promise.allSettled(
        [newAccount(email), newAccount(email)].map((account) => stores().accounts.createAccount(account)),
      );
      expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
      const refused = outcomes.find((outcome) => outcome.status === 'rejected');
      expect(refused?.reason).toMatchObject({ name: 'ProblemError', type: 'already-exists' });
    });

    it('leaves nothing of a sign-up that was refused', async () => {
      const account = newAccount();
      await stores().accounts.createAccount(account);
      const second = newAccount(account.user.email);
      await expect(stores().accounts.createAccount(second)).rejects.toMatchObject({ type: 'already-exists' });
      expect(await stores().accounts.findMembership(second.user.id)).toBeUndefined();
    });

    it('finds credentials by e-mail address', async () => {
      const account = newAccount();
      await stores().accounts.createAccount(account);
      expect(await stores().accounts.findCredentials(account.user.email)).toEqual({
        userId: account.user.id,
        passwordHash: 'hash',
      });
      expect(await stores().accounts.findCredentials('nobody@example.com')).toBeUndefined();
    });

    it('finds what a user is in a workspace', async () => {
      const account = newAccount();
      const membership = await stores().accounts.createAccount(account);
      expect(membership).toEqual({
        user: { ...account.user, operator: membership.user.operator },
        workspace: account.workspace,
        role: 'owner',
      });
      expect(await stores().accounts.findMembership(account.user.id)).toEqual(membership);
      expect(await stores().accounts.findMembership(account.user.id, account.workspace.id)).toEqual(membership);
    });

    it('knows no membership in the workspace of another', async () => {
      const [one, other] = [newAccount(), newAccount()];
      await stores().accounts.createAccount(one);
      await stores().accounts.createAccount(other);
      expect(await stores().accounts.findMembership(one.user.id, other.workspace.id)).toBeUndefined();
    });
  });
}
