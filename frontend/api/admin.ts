import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { allPages } from './all-pages.ts';
import { useApi } from './api-context.tsx';
import type { AdminHealth, AdminInstance, Page, Rollout, Versions } from './contract.ts';

const rolloutsKey = ['admin', 'rollouts'] as const;
const versionsKey = ['admin', 'versions'] as const;

/** Whether a rollout still goes on. */
export function isUnderWay({ status }: Rollout): boolean {
  return status === 'canary' || status === 'rolling';
}

/** The installation's invariant and its components. Every asking checks anew, so it is not asked often. */
export function useAdminHealth() {
  const api = useApi();
  return useQuery({
    queryKey: ['admin', 'health'],
    queryFn: ({ signal }) => api.get<AdminHealth>('/v1/admin/health', { signal }),
    refetchInterval: 30_000,
  });
}

/** The instances of all workspaces. */
export function useAdminInstances() {
  const api = useApi();
  return useQuery({
    queryKey: ['admin', 'instances'],
    queryFn: ({ signal }) => allPages<AdminInstance>(api, '/v1/admin/instances', signal),
    refetchInterval: 10_000,
  });
}

export function useVersions() {
  const api = useApi();
  return useQuery({
    queryKey: versionsKey,
    queryFn: ({ signal }) => api.get<Versions>('/v1/admin/versions', { signal }),
    refetchInterval: 10_000,
  });
}

/** Rollouts, newest first; looked at every second while one is under way. */
export function useRollouts() {
  const api = useApi();
  return useQuery({
    queryKey: rolloutsKey,
    queryFn: ({ signal }) => api.get<Page<Rollout>>('/v1/admin/rollouts', { signal }),
    refetchInterval: (query) => (query.state.data?.items.some(isUnderWay) ? 1000 : 10_000),
  });
}

/** Starts a rollout; of the newest version where none is named. */
export function useStartRollout() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (version: string | undefined) =>
      api.post<Rollout>('/v1/admin/rollouts', { body: version === undefined ? {} : { version } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: rolloutsKey }),
  });
}

export function useCancelRollout() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.post<Rollout>(`/v1/admin/rollouts/${encodeURIComponent(id)}/cancel`),
    onSuccess: () =>
      Promise.all([queries.invalidateQueries({ queryKey: rolloutsKey }), queries.invalidateQueries({ queryKey: versionsKey })]),
  });
}
