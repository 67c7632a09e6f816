import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { createLocalAccessTokens } from '../../../../functions/adapters/local-accounts/access-tokens.ts';
import { createSigningKey, type SigningKey } from '../../../../functions/adapters/local-accounts/signing-key.ts';
import type { AccessTokens, Membership } from '../../../../functions/ports.ts';

const subject = { userId: 'usr_1', workspaceId: 'ws_1', role: 'owner', operator: true } as const;

describe('access tokens', () => {
  let signingKey: SigningKey;
  let tokens: AccessTokens;
  let now = new Date('2026-11-22T12:00:00.000Z');
  let membership: Membership | undefined;
  beforeAll(async () => {
    signingKey = await createSigningKey();
    tokens = await tokensSignedWith(signingKey);
    membership = {
      user: { id: 'usr_1', email: 'ada@example.com', name: null, operator: true, createdAt: now.toISOString() },
      workspace: { id: 'ws_1', name: 'Ada', createdAt: now.toISOString() },
      role: 'owner',
    };
  });
  const tokensSignedWith = (key: SigningKey) =>
    createLocalAccessTokens({
      signingKey: key,
      clock: { now: () => now },
      accounts: {
        findMembership: async (userId, workspaceId) => (userId === 'usr_1' && workspaceId === 'ws_1' ? membership : undefined),
      },
    });
  const notSignedIn = { name: 'ProblemError', type: 'not-signed-in', status: 401 };

  it('say who it is for fifteen minutes', async () => {
    const { accessToken, expiresIn } = await tokens.issue(subject);
    expect(expiresIn).toBe(900);
    expect(decodeProtectedHeader(accessToken)).toMatchObject({ alg: 'EdDSA', kid: signingKey.id });
    expect(await tokens.verify(accessToken)).toEqual(subject);
    const issuedAt = now;
    now = new Date(issuedAt.getTime() + 899_000);
    expect(await tokens.verify(accessToken)).toEqual(subject);
    now = new Date(issuedAt.getTime() + 901_000);
    await expect(tokens.verify(accessToken)).rejects.toMatchObject({ name: 'ProblemError', type: 'token-expired' });
    now = issuedAt;
  });

  it('carry no name, address or role', async () => {
    const { accessToken } = await tokens.issue(subject);
    expect(Object.keys(decodeJwt(accessToken)).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'sub', 'workspace']);
  });

  it('mean what the person may do now, not when they were issued', async () => {
    const { accessToken } = await tokens.issue(subject);
    const before = membership as Membership;
    membership = { ...before, role: 'viewer', user: { ...before.user, operator: false } };
    expect(await tokens.verify(accessToken)).toEqual({ ...subject, role: 'viewer', operator: false });
    membership = undefined;
    await expect(tokens.verify(accessToken)).rejects.toMatchObject(notSignedIn);
    membership = before;
  });

  it('are refused where anything was tampered with', async () => {
    const { accessToken } = await tokens.issue(subject);
    const [header, payload, signature] = accessToken.split('.') as [string, string, string];
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const forged = [
      '',
      'nonsense',
      `${header}.${payload}.`,
      `${header}.${encode({ ...decodeJwt(accessToken), sub: 'usr_2' })}.${signature}`,
      `${encode({ alg: 'none' })}.${payload}.`,
      // The public key as a shared secret: the classic confusion of algorithms.
      await new SignJWT(decodeJwt(accessToken))
        .setProtectedHeader({ alg: 'HS256', kid: signingKey.id })
        .sign(Buffer.from(signingKey.publicKey.x as string)),
    ];
    for (const token of forged) await expect(tokens.verify(token)).rejects.toMatchObject(notSignedIn);
  });

  it('are refused from another installation', async () => {
    const { accessToken } = await (await tokensSignedWith(await createSigningKey())).issue(subject);
    await expect(tokens.verify(accessToken)).rejects.toMatchObject(notSignedIn);
  });
});
