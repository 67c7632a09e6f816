import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { asProblem } from '../api/problem.ts';
import type { AuthClient } from '../auth/auth-client.ts';
import { createAuthClient } from '../auth/create-auth-client.ts';
import { loadConfiguration } from './configuration.ts';
import { Providers } from './providers.tsx';
import { Splash } from './splash.tsx';
import { UnreachablePage } from './unreachable-page.tsx';

interface Started {
  auth: AuthClient;
  apiUrl: string;
}

/** Asks where the API is and where people sign in, then shows what is below. */
export function Start({ children }: { children: ReactNode }) {
  const [ready, setReady] = useState<Started>();
  const [problem, setProblem] = useState<unknown>(null);

  const start = useCallback(async () => {
    try {
      setReady(await loadedOnce());
    } catch (error) {
      setProblem(error);
    }
  }, []);
  useEffect(() => void start(), [start]);

  if (ready !== undefined) return <Providers {...ready}>{children}</Providers>;
  return problem === null ? <Splash /> : <UnreachablePage problem={asProblem(problem)} retry={start} />;
}

let loading: Promise<Started> | undefined;

/** One auth client for the page, however often React begins anew; after a failure the next call tries again. */
function loadedOnce(): Promise<Started> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<Started> {
  const configuration = await loadConfiguration();
  return { auth: await createAuthClient(configuration), apiUrl: configuration.apiUrl };
}
