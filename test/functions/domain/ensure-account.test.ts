import { describe, expect, it } from 'vitest';
import { ProblemError } from '../../../core/problem.ts';
import { ensureAccount } from '../../../functions/domain/ensure-account.ts';
import type { Identity, User } from '../../../functions/ports.ts';
import { InMemoryAccountStore } from '../in-memory/account-store.ts';
import { InMemoryAuditStore } from '../in-memory/audit-store.ts';

const ada: Identity = { userId: 'sub-ada', email: 'Ada@Example.com', emailVerified: true, name: 'Ada' };

function setUp() {
  const [accounts, audit] = [new InMemoryAccountStore(), new InMemoryAuditStore()];
  const reported: string[] = [];
  const clock = { now: () => new Date('2026-11-22T12:00:00.000Z') };
  return { accounts, audit, reported, clock, report: ({ message }: { message: string }) => void reported.push(message) };
}

async function entriesOf({ audit }: ReturnType<typeof setUp>, workspaceId: string) {
  return (await audit.list(workspaceId, {}, { limit: 10 })).items;
}

it('makes the account with the workspace that they own, and says so in the audit trail', async () => {
  const ports = setUp();
  const membership = await ensureAccount(ports, ada);
  expect(membership).toMatchObject({
    user: { id: 'sub-ada', email: 'ada@example.com', name: 'Ada' },
    workspace: { name: "Ada's workspace" },
    role: 'owner',
  });
  expect(await entriesOf(ports, membership.workspace.id)).toEqual([
    expect.objectContaining({ action: 'account.sign-up', actor: 'user:sub-ada', details: { email: 'ada@example.com' } }),
  ]);
});

it('makes it once, however often and at once it is asked', async () => {
  const ports = setUp();
  const made = await Promise.all([ensureAccount(ports, ada), ensureAccount(ports, ada), ensureAccount(ports, ada)]);
  expect(new Set(made.map(({ workspace }) => workspace.id)).size).toBe(1);
  const again = await ensureAccount(ports, { ...ada, emailVerified: false });
  expect(again.workspace).toEqual(made[0]?.workspace);
  expect(await entriesOf(ports, again.workspace.id)).toHaveLength(1);
});

it('finds the account of a rival that was faster between the look and the write', async () => {
  const ports = setUp();
  const rival = await ensureAccount(ports, ada);
  let looks = 0;
  const findMembership: typeof ports.accounts.findMembership = async (userId) => {
    looks += 1;
    return looks === 1 ? undefined : ports.accounts.findMembership(userId);
  };
  const accounts = { findMembership, createAccount: ports.accounts.createAccount.bind(ports.accounts) };
  expect((await ensureAccount({ ...ports, accounts }, ada)).workspace).toEqual(rival.workspace);
});

it('lets nobody in whose address is not confirmed', async () => {
  const ports = setUp();
  await expect(ensureAccount(ports, { ...ada, emailVerified: false })).rejects.toMatchObject({ type: 'not-allowed' });
  expect(await ports.accounts.hasAccounts()).toBe(false);
});

it('gives nobody the account of another who had the same address', async () => {
  const ports = setUp();
  await ensureAccount(ports, ada);
  const failure: unknown = await ensureAccount(ports, { ...ada, userId: 'sub-later' }).catch((error) => error);
  expect(failure).toBeInstanceOf(ProblemError);
  expect(failure).toMatchObject({ type: 'not-allowed', detail: expect.stringContaining('Another account') });
  expect(await ports.accounts.findMembership('sub-later')).toBeUndefined();
});

it.each([
  [null, null, "ada's workspace"],
  ['  ', null, "ada's workspace"],
  ['Ada\nLovelace\u202e', 'Ada Lovelace', "Ada Lovelace's workspace"],
  ['\ud83d', '\ufffd', "\ufffd's workspace"],
])('takes the name %j for %j', async (typed, name, workspaceName) => {
  const membership = await ensureAccount(setUp(), { ...ada, name: typed });
  expect([membership.user.name, membership.workspace.name]).toEqual([name, workspaceName]);
});

it('cuts a name to what names may be', async () => {
  const { user, workspace } = await ensureAccount(setUp(), { ...ada, name: '\u{1F511}'.repeat(200) });
  expect([...(user.name ?? '')]).toHaveLength(80);
  expect([...workspace.name].length).toBeLessThanOrEqual(80);
});

it('an audit trail that is away keeps nobody out', async () => {
  const ports = setUp();
  const audit = { append: () => Promise.reject(new Error('away')) };
  expect((await ensureAccount({ ...ports, audit }, ada)).user.id).toBe('sub-ada');
  expect(ports.reported).toEqual([expect.stringContaining('sub-ada')]);
});

describe('after the user pool was lost', () => {
  const lostAt = '2026-11-20T00:00:00.000Z';
  const again: Identity = { userId: 'sub-ada-again', email: 'ada@example.com', emailVerified: true, name: 'Ada' };

  /** Accounts as the table has them, each of which can be given to a new user once. */
  async function afterTheLoss(createdAt: string) {
    const ports = setUp();
    const clock = { now: () => new Date(createdAt) };
    const { workspace } = await ensureAccount({ ...ports, clock }, ada);
    const asked: object[] = [];
    let owner = ada.userId;
    const findMembership = async (userId: string) =>
      userId === owner ? { user: { id: userId } as User, workspace, role: 'owner' as const } : undefined;
    const relinking = {
      before: lostAt,
      accounts: {
        relink: async (person: Pick<User, 'id' | 'email' | 'name'>, times: { before: string; now: string }) => {
          asked.push({ ...person, ...times });
          if (createdAt >= times.before || owner !== ada.userId) return undefined;
          owner = person.id;
          return { userId: ada.userId };
        },
      },
    };
    const accounts = { findMembership, createAccount: ports.accounts.createAccount.bind(ports.accounts) };
    return { ...ports, accounts, relinking, workspace, asked };
  }

  it('gives an account of that pool to whoever proves its address, once, and says so in the audit trail', async () => {
    const ports = await afterTheLoss('2026-11-01T00:00:00.000Z');
    const { workspace } = await ensureAccount(ports, again);
    expect(workspace).toEqual(ports.workspace);
    expect(ports.asked).toEqual([
      { id: 'sub-ada-again', email: 'ada@example.com', name: 'Ada', before: lostAt, now: '2026-11-22T12:00:00.000Z' },
    ]);
    const { items } = await ports.audit.list(workspace.id, {}, { limit: 10 });
    expect(items).toContainEqual(
      expect.objectContaining({
        ...{ action: 'account.relink', actor: 'user:sub-ada-again', target: 'sub-ada-again', outcome: 'success' },
        details: { email: 'ada@example.com', previousUserId: 'sub-ada' },
      }),
    );
    await expect(ensureAccount(ports, { ...again, userId: 'sub-mallory' })).rejects.toMatchObject({ type: 'not-allowed' });
  });

  it('gives it to nobody who has not proved the address', async () => {
    const ports = await afterTheLoss('2026-11-01T00:00:00.000Z');
    await expect(ensureAccount(ports, { ...again, emailVerified: false })).rejects.toMatchObject({ type: 'not-allowed' });
    expect(ports.asked).toEqual([]);
  });

  it('never gives away an account of the present pool', async () => {
    const ports = await afterTheLoss('2026-11-21T00:00:00.000Z');
    await expect(ensureAccount(ports, again)).rejects.toMatchObject({ type: 'not-allowed' });
  });

  it('finds it where another request of the same person was faster', async () => {
    const ports = await afterTheLoss('2026-11-01T00:00:00.000Z');
    const both = await Promise.all([ensureAccount(ports, again), ensureAccount(ports, again)]);
    expect(both.map(({ workspace }) => workspace.id)).toEqual([ports.workspace.id, ports.workspace.id]);
    const { items } = await ports.audit.list(ports.workspace.id, {}, { limit: 10 });
    expect(items.filter(({ action }) => action === 'account.relink')).toHaveLength(1);
  });
});
