import { useQuery } from '@tanstack/react-query';
import { useApi } from './api-context.tsx';
import type { Tools } from './contract.ts';

/** Which tools instances can offer, and how large each selection is. The same until the service is updated. */
export function useTools() {
  const api = useApi();
  return useQuery({
    queryKey: ['tools'],
    queryFn: ({ signal }) => api.get<Tools>('/v1/tools', { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
