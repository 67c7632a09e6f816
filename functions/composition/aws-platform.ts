import { smartleadHostsSchema } from '../../core/instance-configuration.ts';
import { SmartleadCategoriesKeyChecker } from '../adapters/smartlead-key-checker.ts';
import { jwtAuthorizerAuthenticator } from '../api/authenticators/jwt-authorizer.ts';
import type { Platform } from '../api/platform.ts';
import { apiEnvironmentSchema, readEnvironment } from './aws-environment.ts';
import { apiPartsNotYetOnAws } from './not-yet-on-aws.ts';
import { standardOutputLogger } from './standard-output-logger.ts';

/** Composes the platform from the environment that `infra/` gives its functions. Throws where that is incomplete. */
export function createAwsPlatform(variables: Record<string, string | undefined>): Platform {
  const environment = readEnvironment(apiEnvironmentSchema, variables);
  return {
    ...apiPartsNotYetOnAws,
    clock: { now: () => new Date() },
    logger: standardOutputLogger(),
    publicUrl: environment.PUBLIC_URL,
    settings: {
      scale: 'saas',
      sandbox: false,
      signUpsOpen: environment.SIGN_UPS === 'open',
      version: environment.SERVICE_VERSION,
    },
    smartleadKeyChecker: new SmartleadCategoriesKeyChecker(smartleadHostsSchema.parse({})),
    // API Gateway has checked the token before the function runs.
    authenticator: jwtAuthorizerAuthenticator(apiPartsNotYetOnAws.accounts),
    // Cognito signs people in.
    localSignIn: null,
  };
}
