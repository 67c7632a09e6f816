import type { Platform } from '../api/platform.ts';
import { apiEnvironmentSchema, readEnvironment } from './aws-environment.ts';
import { refusingPort } from './refusing-port.ts';
import { standardOutputLogger } from './standard-output-logger.ts';

/**
 * The platform of functions that answer without anybody's data, such as the one that serves the OpenAPI document: they need no table, may
 * not reach it, and are lighter without it. Whatever else is asked of it is refused.
 */
export function createAwsPlatformWithoutData(variables: Record<string, string | undefined>): Platform {
  const environment = readEnvironment(apiEnvironmentSchema, variables);
  const nothing = refusingPort<object>('This function has no access to data.');
  const present: Partial<Platform> = {
    clock: { now: () => new Date() },
    logger: standardOutputLogger(),
    publicUrl: environment.PUBLIC_URL,
    settings: {
      scale: 'saas',
      sandbox: false,
      signUpsOpen: environment.SIGN_UPS === 'open',
      version: environment.SERVICE_VERSION,
    },
    localSignIn: null,
  };
  const absent: ReadonlySet<string> = new Set<keyof Platform>(['requestLimiter', 'keyCheckLimiter', 'alertTestLimiter']);
  return new Proxy(present as Platform, {
    get: (platform, name) => {
      if (typeof name === 'symbol' || name === 'then' || absent.has(name)) return undefined;
      return name in platform ? Reflect.get(platform, name) : nothing;
    },
  });
}
