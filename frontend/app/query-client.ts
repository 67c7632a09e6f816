import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from '../api/problem.ts';

const attempts = 3;

/** Queries are asked again only where the same question can succeed later; what a user asked to change never is. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: (failures, error) => error instanceof ApiProblem && error.temporary && failures < attempts - 1,
        retryDelay: (failures) => Math.min(1000 * 2 ** failures, 4000),
        staleTime: 2000,
        // A service on this machine answers also while the browser believes it is offline.
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}
