import { STATUS_CODES } from 'node:http';
import express, { type ErrorRequestHandler, type Express, type Response } from 'express';
import { splitTarget } from '../../container/router/doors.ts';
import type { ApiHandler } from '../../functions/api/host.ts';
import { serveApi } from './api.ts';
import { serveDashboard } from './dashboard.ts';
import { mayReadMetrics } from './metrics-access.ts';
import { isServedName } from './served-names.ts';

export interface WebOptions {
  api: ApiHandler;
  dashboardFolder: string;
  /** Names under which all of it is served, see `servedNames`; any where there are none. */
  servedNames?: readonly string[];
  trustedProxies: number;
  /** Whether everything the service needs answers. */
  ready(): Promise<boolean>;
  /** Prometheus text. */
  metrics(): string | Promise<string>;
  /** Opens `/metrics`; without it, only programs of this machine may read them. */
  metricsToken?: string | undefined;
  /** Told of failures that are our own mistake. */
  reportError(error: unknown): void;
}

/** Everything below the public URL except the MCP doors: the API, the dashboard and the operators' endpoints. */
export function createWeb(options: WebOptions): Express {
  const web = express();
  web.disable('x-powered-by');
  // Express shows stack traces to everybody unless it is told where it runs.
  web.set('env', 'production');
  web.set('trust proxy', options.trustedProxies);
  const names = options.servedNames ?? [];
  web.use((request, response, next) => {
    // A target that is a whole URL names the host itself.
    if (isServedName(splitTarget(request.url).host ?? request.headers.host, names)) next();
    else response.status(403).type('text').send('this host name is not served here; set PUBLIC_URL to the URL in use\n');
  });
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
  web.get('/metrics', async (request, response) => {
    if (mayReadMetrics(request, options.metricsToken)) {
      response.type('text/plain; version=0.0.4').send(await options.metrics());
      return;
    }
    const hasToken = options.metricsToken !== undefined;
    if (hasToken) response.set('WWW-Authenticate', 'Bearer realm="metrics"');
    response
      .status(hasToken ? 401 : 403)
      .type('text')
      .send(hasToken ? 'send METRICS_TOKEN as a bearer token\n' : 'only this machine may read them; METRICS_TOKEN opens them\n');
  });
  const api = serveApi(options.api, options.reportError);
  // Mounted by a test of the path, not by a prefix, because the API wants to see the whole path.
  web.use((request, response, next) => {
    if (request.path === '/v1' || request.path.startsWith('/v1/')) api(request, response, next);
    else next();
  });
  web.use(serveDashboard(options.dashboardFolder));
  web.use((_request, response) => answerStatus(response, 404));
  web.use(answerFailure(options.reportError));
  return web;
}

/** The last answer to a failure: without it, Express would print the error to the terminal and quote it to the client. */
function answerFailure(reportError: (error: unknown) => void): ErrorRequestHandler {
  return (error: { status?: unknown } | undefined, _request, response, _next) => {
    const status = error?.status;
    const isOfClient = typeof status === 'number' && status >= 400 && status < 500;
    if (!isOfClient) reportError(error);
    if (response.headersSent) response.destroy();
    else answerStatus(response, isOfClient ? status : 500);
  };
}

function answerStatus(response: Response, status: number): void {
  response
    .status(status)
    .set('Cache-Control', 'no-cache')
    .type('text')
    .send(`${STATUS_CODES[status] ?? 'Error'}\n`);
}
