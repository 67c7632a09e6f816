import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { allPages } from './all-pages.ts';
import { useApi } from './api-context.tsx';
import type { SmartleadKey } from './contract.ts';

const keysKey = ['keys'] as const;

export function useKeys() {
  const api = useApi();
  return useQuery({
    queryKey: keysKey,
    queryFn: ({ signal }) => allPages<SmartleadKey>(api, '/v1/keys', signal),
  });
}

/** Adds a key; the service asks Smartlead about it first. The key is not kept in the mutation cache. */
export function useAddKey() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (key: { label: string; apiKey: string }) => api.post<SmartleadKey>('/v1/keys', { body: key }),
    onSuccess: () => queries.invalidateQueries({ queryKey: keysKey }),
    gcTime: 0,
  });
}

/** Puts a new key in the place of an old one; instances that use it restart with it. */
export function useRotateKey(id: string) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (apiKey: string) => api.post<SmartleadKey>(`/v1/keys/${encodeURIComponent(id)}/rotate`, { body: { apiKey } }),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: keysKey }),
        queries.invalidateQueries({ queryKey: ['instances'] }),
        queries.invalidateQueries({ queryKey: ['instance'] }),
      ]),
    gcTime: 0,
  });
}

export function useDeleteKey(id: string) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.delete(`/v1/keys/${encodeURIComponent(id)}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: keysKey }),
  });
}
