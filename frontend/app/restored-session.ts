import { useCallback, useEffect, useState } from 'react';
import { type ApiProblem, asProblem } from '../api/problem.ts';
import type { AuthClient } from '../auth/auth-client.ts';

/** Finds the session of an earlier visit, once. `retry` asks again after a failure. */
export function useRestoredSession(client: AuthClient): {
  done: boolean;
  problem: ApiProblem | null;
  retry: () => Promise<void>;
} {
  const [outcome, setOutcome] = useState<{ done: boolean; problem: ApiProblem | null }>({ done: false, problem: null });
  const restore = useCallback(
    () =>
      client.restore().then(
        () => setOutcome({ done: true, problem: null }),
        (error: unknown) => setOutcome({ done: false, problem: asProblem(error) }),
      ),
    [client],
  );
  useEffect(() => void restore(), [restore]);
  return { ...outcome, retry: restore };
}
