import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DynamoAccountRelinking } from '../../../functions/adapters/dynamodb/account-relinking.ts';
import { createDynamoStores } from '../../../functions/adapters/dynamodb/stores.ts';
import { newAccount } from '../../../functions/domain/accounts.ts';
import { describeOnAws } from '../emulator.ts';
import { createTestTable, type TestTable } from './table.ts';

// One emulator serves all test files, one request at a time.
vi.setConfig({ testTimeout: 120_000 });

const [before, now] = ['2026-11-20T00:00:00Z', '2026-11-22T12:00:00.000Z'];
const again = { id: 'sub-again', email: 'ada@example.com', name: 'Ada L.' };

describeOnAws('accounts of a user pool that is gone', () => {
  let test: TestTable;
  let accounts: ReturnType<typeof createDynamoStores>['accounts'];
  let relinking: DynamoAccountRelinking;
  beforeEach(async () => {
    test = await createTestTable();
    ({ accounts } = createDynamoStores(test.table));
    relinking = new DynamoAccountRelinking(test.table);
  });
  afterEach(() => test?.drop());

  const signUp = (createdAt: string) =>
    accounts.createAccount({
      ...newAccount({ id: 'sub-ada', email: 'ada@example.com', name: 'Ada' }, new Date(createdAt)),
      ...{ passwordHash: '', signUpsOpen: true },
    });

  it('go to the new user of the same address, with workspace and role, and leave nothing behind', async () => {
    const { workspace } = await signUp('2026-11-01T00:00:00.000Z');
    expect(await relinking.relink(again, { before, now })).toEqual({ userId: 'sub-ada' });
    expect(await accounts.findMembership('sub-again')).toEqual({
      user: { ...again, operator: true, createdAt: now },
      workspace,
      role: 'owner',
    });
    expect(await accounts.findMembership('sub-ada')).toBeUndefined();
    expect(await accounts.findCredentials('ada@example.com')).toEqual({ userId: 'sub-again', passwordHash: '' });
  });

  it('go once: to one of two who come at once, and to nobody later', async () => {
    await signUp('2026-11-01T00:00:00.000Z');
    const rivals = ['sub-1', 'sub-2'].map((id) => relinking.relink({ ...again, id }, { before, now }));
    const given = (await Promise.all(rivals)).filter((answer) => answer !== undefined);
    expect(given).toEqual([{ userId: 'sub-ada' }]);
    expect(await relinking.relink({ ...again, id: 'sub-3' }, { before, now })).toBeUndefined();
  });

  it('of the present pool stay where they are, as do addresses that nobody has', async () => {
    await signUp('2026-11-20T00:00:00.000Z');
    expect(await relinking.relink(again, { before, now })).toBeUndefined();
    expect(await relinking.relink({ ...again, email: 'grace@example.com' }, { before, now })).toBeUndefined();
    expect(await accounts.findMembership('sub-ada')).toBeDefined();
  });
});
