import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { ApiProvider } from '../api/api-context.tsx';
import { createHttpClient } from '../api/http-client.ts';
import type { AuthClient } from '../auth/auth-client.ts';
import { AuthProvider } from '../auth/auth-context.tsx';
import { createQueryClient } from './query-client.ts';

interface ProvidersProps {
  auth: AuthClient;
  /** Base URL of the API. */
  apiUrl: string;
  children: ReactNode;
}

/** Everything the screens find in context: identity, API and its cache. */
export function Providers({ auth, apiUrl, children }: ProvidersProps) {
  const [{ api, queries }] = useState(() => ({ api: createHttpClient(auth, apiUrl), queries: createQueryClient() }));

  // What one user saw must not be there for the next one at the same machine.
  useEffect(() => {
    let userId = auth.session()?.user.id;
    return auth.subscribe(() => {
      const next = auth.session()?.user.id;
      if (userId !== undefined && next !== userId) queries.clear();
      userId = next;
    });
  }, [auth, queries]);

  return (
    <QueryClientProvider client={queries}>
      <AuthProvider client={auth}>
        <ApiProvider client={api}>{children}</ApiProvider>
      </AuthProvider>
    </QueryClientProvider>
  );
}
