import { useQuery } from '@tanstack/react-query';
import { useSelfService } from '../sign-in/use-self-service.ts';

export const secondFactorKey = ['account', 'second-factor'] as const;

/** Whether a second factor is asked for at sign-in. */
export function useSecondFactor() {
  const selfService = useSelfService();
  return useQuery({ queryKey: secondFactorKey, queryFn: () => selfService.hasSecondFactor() });
}
