import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useApi } from './api-context.tsx';
import type { Usage, UsageStep } from './contract.ts';

export interface UsageQuestion {
  step: UsageStep;
  /** How far back from now, in milliseconds; or the start of the local day. */
  reach: number | 'today';
  instanceId?: string | undefined;
}

const refreshMilliseconds = 15_000;

/** Counted calls from the reach until now. */
export function useUsage(question: UsageQuestion) {
  const api = useApi();
  return useQuery({
    queryKey: ['usage', question],
    queryFn: ({ signal }) => {
      const to = new Date();
      return api.get<Usage>('/v1/usage', {
        query: {
          from: startOf(question.reach, to).toISOString(),
          to: to.toISOString(),
          step: question.step,
          instanceId: question.instanceId,
        },
        signal,
      });
    },
    refetchInterval: refreshMilliseconds,
    placeholderData: keepPreviousData,
  });
}

function startOf(reach: number | 'today', now: Date): Date {
  if (reach === 'today') return new Date(now.getFullYear(), now.getMonth(), now.getDate());
  return new Date(now.getTime() - reach);
}
