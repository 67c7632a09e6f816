import type { Configuration } from '../app/configuration.ts';
import type { AuthClient } from './auth-client.ts';
import { createLocalAuthClient } from './local-auth-client.ts';

/** The client for where people sign in. Cognito's is a file of its own, so that a self-hosted dashboard never loads it. */
export async function createAuthClient({ apiUrl, signIn }: Configuration): Promise<AuthClient> {
  if (signIn.kind === 'local') return createLocalAuthClient(apiUrl);
  const { createCognitoAuthClient } = await import('./cognito-auth-client.ts');
  return createCognitoAuthClient(apiUrl, signIn);
}
