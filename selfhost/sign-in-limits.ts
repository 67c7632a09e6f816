import { MemoryAttemptLimiter } from '../functions/adapters/attempt-limiter.ts';
import type { Platform } from '../functions/api/platform.ts';

const quarterHour = 15 * 60;
const hour = 60 * 60;

/** How often somebody may try to sign in or up. Counted in this process: a restart forgets it. */
export function signInLimits(): NonNullable<Platform['localSignIn']>['attempts'] {
  return {
    signInByAccount: new MemoryAttemptLimiter({ attempts: 10, windowSeconds: quarterHour }),
    signInByAccountFromEverywhere: new MemoryAttemptLimiter({ attempts: 100, windowSeconds: quarterHour }),
    signInByAddress: new MemoryAttemptLimiter({ attempts: 100, windowSeconds: quarterHour }),
    signUpByAddress: new MemoryAttemptLimiter({ attempts: 200, windowSeconds: hour }),
  };
}
