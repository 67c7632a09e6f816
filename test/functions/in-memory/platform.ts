import { bearerTokenAuthenticator } from '../../../functions/api/authenticators/bearer-token.ts';
import { InMemoryAccessTokens } from './access-tokens.ts';
import { InMemoryAccountStore } from './account-store.ts';
import { InMemoryMailSender, InMemoryWebhookSender } from './alert-senders.ts';
import { InMemoryAlertStore } from './alert-store.ts';
import { InMemoryAttemptLimiter } from './attempt-limiter.ts';
import { InMemoryAuditStore } from './audit-store.ts';
import { InMemoryClock } from './clock.ts';
import { InMemoryIdempotencyStore } from './idempotency-store.ts';
import { InMemoryInstanceEventStore } from './instance-event-store.ts';
import { InMemoryInstanceLogFeed } from './instance-log-feed.ts';
import { InMemoryInstanceLogStore } from './instance-log-store.ts';
import { InMemoryInstanceMetricStore } from './instance-metric-store.ts';
import { InMemoryInstanceMetrics } from './instance-metrics.ts';
import { InMemoryInstanceStore } from './instance-store.ts';
import { InMemoryInstanceTokenStore } from './instance-token-store.ts';
import { InMemoryKeyStore } from './key-store.ts';
import { InMemoryLifecycleWorkflow } from './lifecycle-workflow.ts';
import { InMemoryLogger } from './logger.ts';
import { InMemoryPasswordHasher } from './password-hasher.ts';
import { InMemoryPlatformHealth } from './platform-health.ts';
import { InMemoryRefreshSessionStore } from './refresh-session-store.ts';
import { InMemoryRollouts } from './rollouts.ts';
import { InMemorySecretStore } from './secret-store.ts';
import { InMemorySmartleadKeyChecker } from './smartlead-key-checker.ts';
import { InMemoryUsageStore } from './usage-store.ts';

/** A platform whose every port is a fake. It fits the type that handlers ask for, and tests can look inside the fakes. */
export function createInMemoryPlatform() {
  const clock = new InMemoryClock();
  const accessTokens = new InMemoryAccessTokens(clock);
  const revokedTokens: { tokenId: string; hash: string }[] = [];
  return {
    clock,
    logger: new InMemoryLogger(),
    publicUrl: 'http://127.0.0.1:8080',
    settings: { scale: 'single' as const, sandbox: true, signUpsOpen: true, version: '1.2.3' },
    authenticator: bearerTokenAuthenticator(accessTokens),
    requestLimiter: new InMemoryAttemptLimiter(clock, { attempts: 600, windowSeconds: 60 }),
    keyCheckLimiter: new InMemoryAttemptLimiter(clock, { attempts: 1_000, windowSeconds: 600 }),
    accounts: new InMemoryAccountStore(),
    localSignIn: {
      refreshSessions: new InMemoryRefreshSessionStore(),
      passwordHasher: new InMemoryPasswordHasher(),
      accessTokens,
      attempts: {
        signInByAccount: new InMemoryAttemptLimiter(clock, { attempts: 5, windowSeconds: 900 }),
        signInByAccountFromEverywhere: new InMemoryAttemptLimiter(clock, { attempts: 30, windowSeconds: 900 }),
        signInByAddress: new InMemoryAttemptLimiter(clock, { attempts: 20, windowSeconds: 900 }),
        signUpByAddress: new InMemoryAttemptLimiter(clock, { attempts: 50, windowSeconds: 900 }),
      },
    },
    keys: new InMemoryKeyStore(),
    secrets: new InMemorySecretStore(),
    smartleadKeyChecker: new InMemorySmartleadKeyChecker(),
    instances: new InMemoryInstanceStore(),
    instanceTokens: new InMemoryInstanceTokenStore(),
    instanceEvents: new InMemoryInstanceEventStore(),
    instanceLogs: new InMemoryInstanceLogStore(),
    instanceLogFeed: new InMemoryInstanceLogFeed(),
    instanceMetrics: new InMemoryInstanceMetrics(),
    instanceMetricHistory: new InMemoryInstanceMetricStore(),
    lifecycle: new InMemoryLifecycleWorkflow(),
    rollouts: new InMemoryRollouts(clock),
    revokedTokens,
    tokenRevoked: async (tokenId: string, hash: string): Promise<void> => {
      revokedTokens.push({ tokenId, hash });
    },
    alerts: new InMemoryAlertStore(),
    mail: new InMemoryMailSender() as InMemoryMailSender | null,
    webhooks: new InMemoryWebhookSender(),
    alertTestLimiter: new InMemoryAttemptLimiter(clock, { attempts: 10, windowSeconds: 600 }),
    audit: new InMemoryAuditStore(),
    usage: new InMemoryUsageStore(),
    idempotency: new InMemoryIdempotencyStore(),
    health: new InMemoryPlatformHealth(clock),
  };
}

export type InMemoryPlatform = ReturnType<typeof createInMemoryPlatform>;
