import type { AccountSelfService } from '../../auth/account-self-service.ts';
import { useAuthClient } from '../../auth/auth-context.tsx';

/** For screens that exist only where people look after their accounts themselves. */
export function useSelfService(): AccountSelfService {
  const { selfService } = useAuthClient();
  if (selfService === null) throw new Error('this screen needs accounts that their owners look after');
  return selfService;
}
