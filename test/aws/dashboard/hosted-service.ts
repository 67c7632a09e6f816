import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express, { type Express, type Request } from 'express';
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { CognitoIdentityReader } from '../../../functions/adapters/cognito/identity-reader.ts';
import { jwtAuthorizerAuthenticator } from '../../../functions/api/authenticators/jwt-authorizer.ts';
import { apiResources, createApiHandler } from '../../../functions/api/resources.ts';
import { ensureAccount } from '../../../functions/domain/ensure-account.ts';
import { serveApi } from '../../../selfhost/http/api.ts';
import { createInMemoryPlatform } from '../../functions/in-memory/platform.ts';
import type { EmulatedUserPool } from './user-pool.ts';

export interface HostedService {
  dashboardUrl: string;
  apiUrl: string;
  /** What `config.json` says; replace it to serve another. */
  configuration: unknown;
  platform: ReturnType<typeof createInMemoryPlatform>;
  /** Access tokens that the API takes no more, as if they had expired. */
  refused: Set<string>;
  /** Access tokens that the API saw last, newest at the end. */
  seen: string[];
  close(): Promise<void>;
}

/**
 * The service as it is on AWS, with two origins: the built dashboard with its configuration beside it, and the real handlers behind
 * what API Gateway does in front of them, that is CORS and the JWT authorizer.
 */
export async function startHostedService(dashboardFolder: string, pool: EmulatedUserPool): Promise<HostedService> {
  const platform = createInMemoryPlatform();
  const [api, dashboard] = [express(), express()];
  const [apiServer, dashboardServer] = await Promise.all([listen(api), listen(dashboard)]);
  const [apiUrl, dashboardUrl] = [urlOf(apiServer), urlOf(dashboardServer)];
  const { endpoint, region, userPoolId, clientId } = pool;
  const service: HostedService = {
    dashboardUrl,
    apiUrl,
    configuration: { apiUrl, signIn: { kind: 'cognito', region, userPoolId, clientId, endpoint } },
    platform,
    refused: new Set(),
    seen: [],
    close: async () => {
      await Promise.all([closeServer(apiServer), closeServer(dashboardServer)]);
    },
  };
  serveDashboard(dashboard, dashboardFolder, service, endpoint);
  serveBehindGateway(api, service, pool);
  return service;
}

function serveDashboard(web: Express, folder: string, service: HostedService, cognito: string): void {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "img-src 'self'",
    "font-src 'self'",
    `connect-src 'self' ${service.apiUrl} ${cognito}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
  web.use((_request, response, next) => {
    response.set('content-security-policy', policy);
    next();
  });
  web.get('/config.json', (_request, response) => void response.json(service.configuration));
  web.use('/assets', express.static(join(folder, 'assets')));
  web.get(/.*/, (_request, response) => response.sendFile(join(folder, 'index.html')));
}

function serveBehindGateway(web: Express, service: HostedService, pool: EmulatedUserPool): void {
  const { platform } = service;
  const identities = new CognitoIdentityReader({ endpoint: pool.endpoint });
  const handler = createApiHandler({
    ...platform,
    settings: { ...platform.settings, scale: 'saas', sandbox: false },
    authenticator: jwtAuthorizerAuthenticator(platform.accounts, {
      makeAccount: async (accessToken) => {
        const identity = await identities.read(accessToken);
        // Confirming a sign-up verifies the address on AWS, and not in the emulator.
        return ensureAccount({ ...platform, report: failures }, { ...identity, emailVerified: true });
      },
    }),
    localSignIn: null,
  });
  const claims = new Map<string, JWTPayload>();
  const keys = createRemoteJWKSet(new URL(`${pool.endpoint}/${pool.userPoolId}/.well-known/jwks.json`));

  // The rules of infra/stacks/api.ts.
  web.use((request, response, next) => {
    if (request.headers.origin === service.dashboardUrl) {
      response.set('access-control-allow-origin', service.dashboardUrl);
      response.set('access-control-expose-headers', 'idempotent-replayed,retry-after');
    }
    if (request.method !== 'OPTIONS') return next();
    response.set({
      'access-control-allow-methods': 'GET,POST,PATCH,DELETE',
      'access-control-allow-headers': 'authorization,content-type,idempotency-key,last-event-id',
      'access-control-max-age': '3600',
    });
    response.status(204).end();
  });
  web.use(async (request, response, next) => {
    if (isPublic(request)) return next();
    const checked = await checkedToken(request);
    if (checked === undefined) return void response.status(401).json({ message: 'Unauthorized' });
    claims.set(String(request.headers.authorization), checked);
    next();
  });
  web.use(
    serveApi((event, context) => {
      const checked = claims.get(event.headers.authorization ?? '');
      const authorizer = { jwt: { claims: asGatewayTells(checked ?? {}) } };
      return handler({ ...event, requestContext: { ...event.requestContext, authorizer } }, context);
    }, failures),
  );

  /** As an HTTP API's JWT authorizer checks it: signature, issuer, audience, expiry and scope. */
  async function checkedToken(request: Request): Promise<JWTPayload | undefined> {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined || service.refused.has(token)) return undefined;
    const issuer = `https://cognito-idp.${pool.region}.amazonaws.com/${pool.userPoolId}`;
    const verified = await jwtVerify(token, keys, { issuer }).catch(() => undefined);
    const payload = verified?.payload;
    const scopes = String(payload?.scope ?? '').split(' ');
    if (payload?.client_id !== pool.clientId || !scopes.includes('aws.cognito.signin.user.admin')) return undefined;
    if (service.seen.at(-1) !== token) service.seen.push(token);
    return payload;
  }
}

/** Every claim as text, a list in brackets. */
function asGatewayTells(payload: JWTPayload): Record<string, string> {
  const told = Object.entries(payload).map(([name, value]) => [
    name,
    Array.isArray(value) ? `[${value.join(' ')}]` : String(value),
  ]);
  return Object.fromEntries(told);
}

function failures(error: unknown): never {
  throw error;
}

function isPublic({ method, path }: Request): boolean {
  const routes = apiResources.flatMap((resource) => resource.routes);
  return routes.some((route) => route.access === 'public' && route.method === method && route.path === path);
}

async function listen(web: Express): Promise<Server> {
  const server = web.listen(0, '127.0.0.1');
  await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject));
  return server;
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
