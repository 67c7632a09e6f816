import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { allPages } from './all-pages.ts';
import { useApi } from './api-context.tsx';
import type { CreatedInstanceToken, InstanceToken } from './contract.ts';

const tokensKey = (instanceId: string) => ['instance', instanceId, 'tokens'] as const;
const tokensPath = (instanceId: string) => `/v1/instances/${encodeURIComponent(instanceId)}/tokens`;

export function useTokens(instanceId: string) {
  const api = useApi();
  return useQuery({
    queryKey: tokensKey(instanceId),
    queryFn: ({ signal }) => allPages<InstanceToken>(api, tokensPath(instanceId), signal),
  });
}

export interface NewToken {
  instanceId: string;
  label: string;
  /** ISO 8601; without it the token does not expire. */
  expiresAt?: string;
}

/** Creates a token. Its answer is the only one that carries the token, so it is kept out of the query cache. */
export function useCreateToken() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ instanceId, ...token }: NewToken) => api.post<CreatedInstanceToken>(tokensPath(instanceId), { body: token }),
    onSuccess: (_created, { instanceId }) => queries.invalidateQueries({ queryKey: tokensKey(instanceId) }),
    gcTime: 0,
  });
}

export function useRevokeToken(instanceId: string) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (tokenId: string) => api.delete(`${tokensPath(instanceId)}/${encodeURIComponent(tokenId)}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: tokensKey(instanceId) }),
  });
}
