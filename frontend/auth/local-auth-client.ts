import type { SessionAnswer } from '../api/contract.ts';
import { send } from '../api/http-client.ts';
import { problemOf } from '../api/problem.ts';
import type { AuthClient, SignInStep } from './auth-client.ts';
import { createCrossTabLock } from './cross-tab-lock.ts';
import { createSessionState } from './session-state.ts';

const channelName = 'smartlead-mcp-session';

/**
 * Accounts kept by the service itself. The access token lives in this closure only; the refresh token is an httpOnly cookie that
 * no script can read. Refreshing rotates the cookie, so it is done by one tab at a time, and the others are told the outcome.
 * @param apiUrl Base of the API; of the same origin, or there is no cookie.
 */
export function createLocalAuthClient(apiUrl = ''): AuthClient {
  const state = createSessionState();
  let token: string | undefined;
  let refreshing: Promise<void> | undefined;
  const lock = createCrossTabLock('smartlead-mcp-refresh');
  const channel = new BroadcastChannel(channelName);
  channel.addEventListener('message', (event: MessageEvent<SessionAnswer | null>) => accept(event.data ?? undefined));

  function accept(answer: SessionAnswer | undefined, why?: 'ended'): void {
    token = answer?.accessToken;
    state.change(answer && { user: answer.user, workspace: answer.workspace, role: answer.role }, why);
  }

  /** Takes over the outcome here and in the other tabs; they share this origin and its cookie, nothing is stored. */
  function publish(answer: SessionAnswer | undefined): void {
    accept(answer);
    channel.postMessage(answer ?? null);
  }

  async function enter(path: string, body: unknown): Promise<SignInStep> {
    const response = await send(apiUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw await problemOf(response);
    publish(await response.json());
    return 'done';
  }

  async function refresh(staleToken: string | undefined): Promise<void> {
    refreshing ??= lock(async () => {
      // While this tab waited for its turn, another may have brought a newer token.
      if (token !== staleToken && token !== undefined) return;
      // keepalive: a reload in the middle must not lose the answer, or the next refresh would present a spent cookie.
      const response = await send(`${apiUrl}/v1/auth/refresh`, { method: 'POST', keepalive: true });
      if (response.ok) return publish(await response.json());
      if (response.status === 401 || response.status === 403)
        return accept(undefined, staleToken === undefined ? undefined : 'ended');
      throw await problemOf(response);
    }).finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  }

  return {
    ...state,
    restore: () => refresh(undefined),
    signUp: (account) => enter('/v1/auth/sign-up', account),
    signIn: (credentials) => enter('/v1/auth/sign-in', credentials),
    signOut: async () => {
      const response = await send(`${apiUrl}/v1/auth/sign-out`, { method: 'POST', keepalive: true });
      if (!response.ok && response.status !== 401) throw await problemOf(response);
      publish(undefined);
    },
    accessToken: async () => token,
    renew: async (staleToken) => {
      if (token === staleToken) await refresh(staleToken);
      return token;
    },
    refused: (refusedToken) => {
      if (token === refusedToken) accept(undefined, 'ended');
    },
    passwordRules: { shortest: 10, kinds: [] },
    selfService: null,
  };
}
