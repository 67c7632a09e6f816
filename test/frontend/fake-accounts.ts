import { type Request, type Response, Router } from 'express';
import type { SessionAnswer } from '../../frontend/api/contract.ts';
import { problem } from './fake-problem.ts';
import { type Account, type FakeState, identifier } from './fake-state.ts';

/** Sign-up, sign-in, refresh and sign-out, with a rotating refresh cookie. */
export function accountRoutes(state: FakeState): Router {
  const router = Router();

  router.post('/sign-up', (request, response) => {
    const { email, password, name } = request.body as { email: string; password: string; name?: string };
    if (state.account !== undefined && state.signUps === 'closed')
      return problem(response, 403, 'sign-ups-closed', 'Sign-ups are closed');
    if (state.account?.email === email) {
      return problem(response, 409, 'already-exists', 'It exists already', {
        detail: 'There is an account with this e-mail address. Sign in.',
      });
    }
    state.account = { id: identifier('usr'), email, password, name: name ?? null };
    enter(response, 201, state.account);
  });

  router.post('/sign-in', (request, response) => {
    const { email, password } = request.body as { email: string; password: string };
    const { account } = state;
    if (account === undefined || account.email !== email || account.password !== password) {
      return problem(response, 401, 'wrong-credentials', 'E-mail or password is wrong', { detail: 'Check both and try again.' });
    }
    enter(response, 200, account);
  });

  router.post('/refresh', async (request, response) => {
    const presented = cookieOf(request);
    if (presented === undefined || state.account === undefined) return problem(response, 401, 'not-signed-in', 'Sign in first');
    if (presented !== state.refreshToken) {
      state.refreshTokenReused = true;
      return problem(response, 401, 'not-signed-in', 'Sign in first');
    }
    const account = state.account;
    const next = rotate();
    // As long as a real refresh takes: tabs that do not wait for each other collide here.
    await new Promise((resolve) => setTimeout(resolve, 60));
    enter(response, 200, account, next);
  });

  router.post('/sign-out', (_request, response) => {
    state.refreshToken = undefined;
    state.accessTokens.clear();
    response.setHeader('set-cookie', 'refresh_token=; Path=/v1/auth; HttpOnly; SameSite=Strict; Max-Age=0').status(204).end();
  });

  function rotate(): string {
    state.refreshToken = identifier('ref');
    return state.refreshToken;
  }

  function enter(response: Response, status: number, account: Account, refreshToken = rotate()): void {
    response.setHeader('set-cookie', `refresh_token=${refreshToken}; Path=/v1/auth; HttpOnly; SameSite=Strict; Max-Age=86400`);
    const accessToken = identifier('acc');
    state.accessTokens.add(accessToken);
    const answer: SessionAnswer = {
      user: {
        id: account.id,
        email: account.email,
        name: account.name,
        operator: state.operator,
        createdAt: new Date().toISOString(),
      },
      workspace: { id: 'ws_1', name: 'Northwind', createdAt: new Date().toISOString() },
      role: 'owner',
      accessToken,
      expiresIn: 900,
    };
    response.status(status).json(answer);
  }

  return router;
}

function cookieOf(request: Request): string | undefined {
  return /(?:^|;\s*)refresh_token=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
}
