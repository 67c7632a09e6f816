import CssBaseline from '@mui/material/CssBaseline';
import { ThemeProvider } from '@mui/material/styles';
import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { ApiProvider } from '../api/api-context.tsx';
import { createHttpClient } from '../api/http-client.ts';
import { AuthProvider } from '../auth/auth-context.tsx';
import { createLocalAuthClient } from '../auth/local-auth-client.ts';
import { createQueryClient } from './query-client.ts';
import { theme } from './theme.ts';

/** Everything the screens find in context: theme, identity, API and its cache. */
export function Providers({ children }: { children: ReactNode }) {
  const [{ auth, api, queries }] = useState(() => {
    const client = createLocalAuthClient();
    return { auth: client, api: createHttpClient(client), queries: createQueryClient() };
  });

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
    <ThemeProvider theme={theme} defaultMode="system" modeStorageKey="smartlead-mcp-theme" noSsr>
      <CssBaseline enableColorScheme />
      <QueryClientProvider client={queries}>
        <AuthProvider client={auth}>
          <ApiProvider client={api}>{children}</ApiProvider>
        </AuthProvider>
      </QueryClientProvider>
    </ThemeProvider>
  );
}
