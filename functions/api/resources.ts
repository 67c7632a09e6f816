import { admin } from './admin.ts';
import { alertRules } from './alert-rules.ts';
import { alerts } from './alerts.ts';
import { argumentLogging } from './argument-logging.ts';
import { audit } from './audit.ts';
import { auth } from './auth.ts';
import { connections } from './connections.ts';
import { createHandler } from './create-handler.ts';
import type { ApiHandler } from './host.ts';
import { installation } from './installation.ts';
import { instances } from './instances.ts';
import { keys } from './keys.ts';
import { logs } from './logs.ts';
import { me } from './me.ts';
import { metrics } from './metrics.ts';
import { openApiResource } from './openapi.ts';
import type { Platform } from './platform.ts';
import type { ApiResource } from './route.ts';
import { tokens } from './tokens.ts';
import { tools } from './tools.ts';
import { usage } from './usage.ts';

/** All resources of the API. A host mounts each route `{method, path}` on the resource's handler. */
export const apiResources: readonly ApiResource[] = [
  installation,
  tools,
  auth,
  me,
  keys,
  instances,
  tokens,
  connections,
  logs,
  argumentLogging,
  metrics,
  alertRules,
  alerts,
  usage,
  audit,
  admin,
  openApiResource(() => apiResources),
];

/**
 * One handler for the whole API, for hosts that mount `/v1` at one place: it answers unknown paths with 404 and known paths with
 * another method with 405, as problem documents.
 */
export function createApiHandler(platform: Platform): ApiHandler {
  return createHandler(
    {
      name: 'api',
      description: 'The whole API',
      routes: apiResources.flatMap((resource) => resource.routes),
    },
    platform,
  );
}
