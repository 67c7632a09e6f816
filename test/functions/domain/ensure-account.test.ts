import { expect, it } from 'vitest';
import { ProblemError } from '../../../core/problem.ts';
import { ensureAccount } from '../../../functions/domain/ensure-account.ts';
import type { Identity } from '../../../functions/ports.ts';
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
