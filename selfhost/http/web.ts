import express, { type Express } from 'express';
import type { ApiHandler } from '../../functions/api/host.ts';
import { serveApi } from './api.ts';
import { serveDashboard } from './dashboard.ts';

export interface WebOptions {
  api: ApiHandler;
  dashboardFolder: string;
  trustedProxies: number;
  /** Whether everything the service needs answers. */
  ready(): Promise<boolean>;
  /** Prometheus text. */
  metrics(): string;
}

/** Everything below the public URL except the MCP doors: the API, the dashboard and the operators' endpoints. */
export function createWeb(options: WebOptions): Express {
  const web = express();
  web.disable('x-powered-by');
  web.set('trust proxy', options.trustedProxies);
  web.get('/healthz', (_request, response) => {
    response.type('text').send('ok\n');
  });
  web.get('/readyz', async (_request, response) => {
    const ready = await options.ready();
    response
      .status(ready ? 200 : 503)
      .type('text')
      .send(ready ? 'ready\n' : 'not ready\n');
  });
  web.get('/metrics', (_request, response) => {
    response.type('text/plain; version=0.0.4').send(options.metrics());
  });
  const api = serveApi(options.api);
  // Mounted by a test of the path, not by a prefix, because the API wants to see the whole path.
  web.use((request, response, next) => {
    if (request.path === '/v1' || request.path.startsWith('/v1/')) api(request, response, next);
    else next();
  });
  web.use(serveDashboard(options.dashboardFolder));
  return web;
}
