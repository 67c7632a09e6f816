import { useQuery } from '@tanstack/react-query';
import { useApi } from './api-context.tsx';
import type { Installation } from './contract.ts';

export const installationKey = ['installation'] as const;

/** What this installation is: its scale, whether it is a sandbox, whether it takes sign-ups. Public. */
export function useInstallation() {
  const api = useApi();
  return useQuery({
    queryKey: installationKey,
    queryFn: ({ signal }) => api.get<Installation>('/v1/installation', { signal }),
    staleTime: 60_000,
  });
}
