import type {
  AccessTokens,
  AccountStore,
  AlertStore,
  AttemptLimiter,
  AuditStore,
  Clock,
  IdempotencyStore,
  InstanceEventStore,
  InstanceLogFeed,
  InstanceLogStore,
  InstanceMetricStore,
  InstanceMetricsReader,
  InstanceStore,
  InstanceTokenStore,
  KeyStore,
  LifecycleWorkflow,
  MailSender,
  PasswordHasher,
  PlatformHealth,
  RefreshSessionStore,
  RolloutControl,
  SecretStore,
  SmartleadKeyChecker,
  Subject,
  UsageStore,
  WebhookSender,
} from '../ports.ts';
import type { ApiEvent } from './host.ts';

/** Everything the handlers of the REST API need from outside. A composition root builds one per installation. */
export interface Platform {
  clock: Clock;
  logger: Logger;
  /**
   * Where customers reach the installation, without a trailing slash, such as `https://mcp.example.com`. Read at every request,
   * so a host that learns its port late may supply it by a getter.
   */
  readonly publicUrl: string;
  settings: PlatformSettings;
  authenticator: Authenticator;
  /** Requests of one user, of whatever kind. Absent where something in front of the handlers limits them. */
  requestLimiter?: AttemptLimiter;
  /** Smartlead keys that one user lets us check; each check is a request to Smartlead. Absent for no limit of its own. */
  keyCheckLimiter?: AttemptLimiter;

  accounts: AccountStore;
  /** `null` where an identity provider (Cognito) signs people in; `/v1/auth/*` then answers 404. */
  localSignIn: LocalSignIn | null;

  keys: KeyStore;
  secrets: SecretStore;
  smartleadKeyChecker: SmartleadKeyChecker;

  instances: InstanceStore;
  instanceTokens: InstanceTokenStore;
  instanceEvents: InstanceEventStore;
  instanceLogs: InstanceLogStore;
  /** `null` where answers cannot be streamed, so that nobody could follow it. */
  instanceLogFeed: InstanceLogFeed | null;
  instanceMetrics: InstanceMetricsReader;
  instanceMetricHistory: InstanceMetricStore;
  lifecycle: LifecycleWorkflow;
  /** How versions of the instance image come to the instances. */
  rollouts: RolloutControl;
  /** Tells the data plane that a token was revoked, so that the router forgets it at once. Rejecting does not undo the revocation. */
  tokenRevoked(tokenId: string, hash: string): Promise<void>;

  alerts: AlertStore;
  /** `null` where no mail server is set up. */
  mail: MailSender | null;
  webhooks: WebhookSender;
  /** Tests of alert rules that one workspace lets us send. Absent for no limit of its own. */
  alertTestLimiter?: AttemptLimiter;

  audit: AuditStore;
  usage: UsageStore;
  idempotency: IdempotencyStore;
  /** Whether everything belongs to one live instance, for operators. */
  health: PlatformHealth;
  /**
   * Tells who ends what belongs to nothing that so many of a kind may be ended, for an hour. Absent where it is always ended, however much
   * it is.
   */
  confirmOrphans?(atMost: number): Promise<void>;
}

export interface PlatformSettings {
  scale: 'single' | 'team' | 'saas';
  /** Whether Smartlead is simulated. */
  sandbox: boolean;
  /** Whether more accounts than the first may sign up. */
  signUpsOpen: boolean;
  /** Version of the product. */
  version: string;
}

/** What sign-up, sign-in and refresh need where accounts live in the installation itself. */
export interface LocalSignIn {
  refreshSessions: RefreshSessionStore;
  passwordHasher: PasswordHasher;
  accessTokens: AccessTokens;
  /** Each limiter has its own quota; the handlers only name whom an attempt counts for. */
  attempts: {
    /** Sign-ins at one account from one network. Reset by a successful one from there. */
    signInByAccount: AttemptLimiter;
    /**
     * Sign-ins at one account from everywhere together, against guesses from many networks. Much higher than the former, or
     * strangers could lock an account's owner out. Never reset.
     */
    signInByAccountFromEverywhere?: AttemptLimiter;
    /** Sign-ins from one network address. Never reset, or an attacker's own account would clear the count. */
    signInByAddress: AttemptLimiter;
    /** Sign-ups from one network address; meant to be generous. */
    signUpByAddress: AttemptLimiter;
  };
}

/** Finds out who makes a request. Rejects with ProblemError `not-signed-in` or `token-expired`. */
export interface Authenticator {
  authenticate(event: ApiEvent): Promise<Subject>;
}

/** Takes what operators should know. Callers pass names and codes, never bodies, keys or tokens. */
export interface Logger {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type LogFields = Record<string, string | number | boolean | null | undefined>;
