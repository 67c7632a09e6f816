import { useQuery } from '@tanstack/react-query';
import { useApi } from './api-context.tsx';
import type { Installation } from './contract.ts';

export const installationKey = ['installation'] as const;

/**
 * Whether the first account, which operates the installation, has yet to sign up. A service on AWS has operators by other means, and
 * looks the same to its first customer as to all others.
 */
export function awaitsFirstAccount(installation: Installation | undefined): boolean {
  return installation?.hasAccounts === false && installation.scale !== 'saas';
}

/** What this installation is: its scale, whether it is a sandbox, whether it takes sign-ups. Public. */
export function useInstallation() {
  const api = useApi();
  return useQuery({
    queryKey: installationKey,
    queryFn: ({ signal }) => api.get<Installation>('/v1/installation', { signal }),
    staleTime: 60_000,
  });
}
