import type { SessionAnswer } from '../api/contract.ts';
import { send } from '../api/http-client.ts';
import { problemOf } from '../api/problem.ts';
import type { AuthClient, Session } from './auth-client.ts';
import { createCrossTabLock } from './cross-tab-lock.ts';

const channelName = 'smartlead-mcp-session';

/**
 * Accounts kept by the service itself. The access token lives in this closure only; the refresh token is an httpOnly cookie that
 * no script can read. Refreshing rotates the cookie, so it is done by one tab at a time, and the others are told the outcome.
 */
export function createLocalAuthClient(): AuthClient {
  let session: Session | undefined;
  let token: string | undefined;
  let refreshing: Promise<void> | undefined;
  const listeners = new Set<() => void>();
  const lock = createCrossTabLock('smartlead-mcp-refresh');
  const channel = new BroadcastChannel(channelName);
  channel.addEventListener('message', (event: MessageEvent<SessionAnswer | null>) => accept(event.data ?? undefined));

  function accept(answer: SessionAnswer | undefined): void {
    token = answer?.accessToken;
    const previous = session;
    session = answer === undefined ? undefined : { user: answer.user, workspace: answer.workspace, role: answer.role };
    // A renewed token of the same session is no news to the screens.
    if (previous !== undefined && session !== undefined && JSON.stringify(previous) === JSON.stringify(session)) {
      session = previous;
      return;
    }
    if (previous !== session) for (const listener of listeners) listener();
  }

  /** Takes over the outcome here and in the other tabs; they share this origin and its cookie, nothing is stored. */
  function publish(answer: SessionAnswer | undefined): void {
    accept(answer);
    channel.postMessage(answer ?? null);
  }

  async function enter(path: string, body: unknown): Promise<void> {
    const response = await send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw await problemOf(response);
    publish(await response.json());
  }

  async function refresh(staleToken: string | undefined): Promise<void> {
    refreshing ??= lock(async () => {
      // While this tab waited for its turn, another may have brought a newer token.
      if (token !== staleToken && token !== undefined) return;
      // keepalive: a reload in the middle must not lose the answer, or the next refresh would present a spent cookie.
      const response = await send('/v1/auth/refresh', { method: 'POST', keepalive: true });
      if (response.ok) return publish(await response.json());
      if (response.status === 401 || response.status === 403) return accept(undefined);
      throw await problemOf(response);
    }).finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  }

  return {
    session: () => session,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    restore: () => refresh(undefined),
    signUp: (account) => enter('/v1/auth/sign-up', account),
    signIn: (credentials) => enter('/v1/auth/sign-in', credentials),
    signOut: async () => {
      const response = await send('/v1/auth/sign-out', { method: 'POST', keepalive: true });
      if (!response.ok && response.status !== 401) throw await problemOf(response);
      publish(undefined);
    },
    accessToken: () => token,
    renew: async (staleToken) => {
      if (token === staleToken) await refresh(staleToken);
      return token;
    },
  };
}
