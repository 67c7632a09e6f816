import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useApi } from './api-context.tsx';
import type { AuditEntry, Page } from './contract.ts';

export interface AuditQuestion {
  action: string;
  target: string;
  cursor: string | undefined;
}

export const auditPageSize = 25;

/** One page of the audit log, newest first. */
export function useAudit(question: AuditQuestion) {
  const api = useApi();
  return useQuery({
    queryKey: ['audit', question],
    queryFn: ({ signal }) => api.get<Page<AuditEntry>>('/v1/audit', { query: { ...question, limit: auditPageSize }, signal }),
    placeholderData: keepPreviousData,
  });
}
