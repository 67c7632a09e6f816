import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express from 'express';
import { accountRoutes } from './fake-accounts.ts';
import { alertRoutes } from './fake-alerts.ts';
import { operatorRoutes } from './fake-operators.ts';
import { problem } from './fake-problem.ts';
import { resourceRoutes } from './fake-resources.ts';
import { emptyState, type FakeState } from './fake-state.ts';
import { fakeTools } from './fake-tools.ts';

/** Stricter than what the dashboard is promised: what works here works under any policy that allows the same origin. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  // The hash is that of an empty text: style elements are filled through the CSSOM only.
  "style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

export interface FakeApi {
  url: string;
  /** The state that is served; replace it to begin anew. */
  state: FakeState;
  close(): Promise<void>;
}

/** Serves the built dashboard and an in-memory API that keeps the REST contract, on a free port of this machine. */
export async function startFakeApi(dashboard: string, port = 0): Promise<FakeApi> {
  const app = express();
  const fake: FakeApi = { url: '', state: emptyState(), close };

  app.use((_request, response, next) => {
    response.set('content-security-policy', contentSecurityPolicy);
    next();
  });
  app.use('/v1', express.json({ limit: '1mb' }), (request, response, next) => {
    if (fake.state.down)
      return problem(response, 503, 'not-available', 'Not available at the moment', { detail: 'Try again in a moment.' });
    api(fake.state)(request, response, next);
  });
  app.use('/assets', express.static(join(dashboard, 'assets')));
  app.get(/.*/, (_request, response) => response.sendFile(join(dashboard, 'index.html')));

  const routers = new WeakMap<FakeState, express.Router>();
  function api(state: FakeState): express.Router {
    const router = routers.get(state) ?? makeRouter(state);
    routers.set(state, router);
    return router;
  }

  function makeRouter(state: FakeState): express.Router {
    const router = express.Router();
    router.get('/installation', (_request, response) => {
      response.json({
        scale: 'single',
        sandbox: state.sandbox,
        signUps: state.signUps,
        hasAccounts: state.account !== undefined,
        version: '0.1.0',
      });
    });
    router.get('/tools', (_request, response) => void response.json(fakeTools));
    router.use('/auth', accountRoutes(state));
    router.use((request, response, next) => {
      const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
      if (token !== undefined && state.accessTokens.has(token)) return next();
      if (token === undefined) return problem(response, 401, 'not-signed-in', 'Sign in first');
      problem(response, 401, 'token-expired', 'The access token has expired');
    });
    router.use('/admin', operatorRoutes(state));
    router.use(alertRoutes(state));
    router.use(resourceRoutes(state, () => fake.url));
    return router;
  }

  const server = app.listen(port, '127.0.0.1');
  await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject));
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function close(): Promise<void> {
    return new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }
  return fake;
}
