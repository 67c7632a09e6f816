import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react';
import type { AuthClient, Session } from './auth-client.ts';

const AuthContext = createContext<AuthClient | undefined>(undefined);

export function AuthProvider({ client, children }: { client: AuthClient; children: ReactNode }) {
  return <AuthContext value={client}>{children}</AuthContext>;
}

export function useAuthClient(): AuthClient {
  const client = useContext(AuthContext);
  if (client === undefined) throw new Error('useAuthClient needs an AuthProvider above it');
  return client;
}

/** Who is signed in, or `undefined`; follows sign-in and sign-out, also in another tab. */
export function useSession(): Session | undefined {
  const client = useAuthClient();
  return useSyncExternalStore(client.subscribe, client.session);
}

/** The same, for screens that exist only for people who are signed in. */
export function useSignedInSession(): Session {
  const session = useSession();
  if (session === undefined) throw new Error('this screen needs a signed-in user');
  return session;
}
