import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { allPages } from './all-pages.ts';
import { useApi } from './api-context.tsx';
import type { Alert, AlertRule, AlertRuleSettings, Page, SavedAlertRule } from './contract.ts';

const rulesKey = ['alert-rules'] as const;
const alertsKey = ['alerts'] as const;
const rulePath = (id: string) => `/v1/alert-rules/${encodeURIComponent(id)}`;

export function useAlertRules() {
  const api = useApi();
  return useQuery({ queryKey: rulesKey, queryFn: ({ signal }) => allPages<AlertRule>(api, '/v1/alert-rules', signal) });
}

/** What fired lately, newest first. */
export function useAlerts() {
  const api = useApi();
  return useQuery({
    queryKey: alertsKey,
    queryFn: ({ signal }) => api.get<Page<Alert>>('/v1/alerts', { query: { limit: 50 }, signal }),
    refetchInterval: 10_000,
  });
}

/** Makes a rule, or changes the one with the id. An answer with a webhook's secret is kept out of the query cache. */
export function useSaveAlertRule(id: string | undefined) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (settings: Partial<AlertRuleSettings>) =>
      id === undefined
        ? api.post<SavedAlertRule>('/v1/alert-rules', { body: settings })
        : api.patch<SavedAlertRule>(rulePath(id), { body: settings }),
    onSuccess: () => queries.invalidateQueries({ queryKey: rulesKey }),
    gcTime: 0,
  });
}

export function useDeleteAlertRule() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.delete(rulePath(id)),
    onSuccess: () => queries.invalidateQueries({ queryKey: rulesKey }),
  });
}

/** Sends a test by every channel of the rule. */
export function useTestAlertRule(id: string) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.post<Pick<Alert, 'deliveries'>>(`${rulePath(id)}/test`),
    onSuccess: () => queries.invalidateQueries({ queryKey: alertsKey }),
  });
}
