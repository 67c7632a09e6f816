import { DynamoAlertStore } from '../adapters/dynamodb/alert-store.ts';
import { DynamoAttemptLimiter } from '../adapters/dynamodb/attempt-limiter.ts';
import { DynamoHealthReportStore } from '../adapters/dynamodb/health-report-store.ts';
import { DynamoIdempotencyStore } from '../adapters/dynamodb/idempotency-store.ts';
import { DynamoOperationQueue } from '../adapters/dynamodb/operation-queue.ts';
import { createDynamoStores } from '../adapters/dynamodb/stores.ts';
import { SmartleadCategoriesKeyChecker } from '../adapters/smartlead-key-checker.ts';
import { createQueueClient } from '../adapters/sqs/client.ts';
import { QueueSender } from '../adapters/sqs/queue-sender.ts';
import { createStepFunctionsClient, StepFunctionsExecutions } from '../adapters/step-functions/executions.ts';
import { HttpWebhookSender } from '../adapters/webhook/webhook-sender.ts';
import { jwtAuthorizerAuthenticator } from '../api/authenticators/jwt-authorizer.ts';
import type { Platform } from '../api/platform.ts';
import type { ControlPlaneMessage } from '../events/manager-message.ts';
import { LastKnownMetrics } from '../instance-manager/last-known-metrics.ts';
import { mergeOperations } from '../instance-manager/operation-request.ts';
import { QueuedWorkflow } from '../instance-manager/queued-workflow.ts';
import { RemoteRollouts } from '../instance-manager/remote-rollouts.ts';
import { ReportedHealth } from '../instance-manager/reported-health.ts';
import { apiEnvironmentSchema, readEnvironment, smartleadHostsOf } from './aws-environment.ts';
import { createInstanceVersions } from './aws-instance-versions.ts';
import { createAwsMail } from './aws-mail.ts';
import { lazyDataPlaneSecret, lazySealers } from './aws-sealers.ts';
import { createAwsSecrets } from './aws-secrets.ts';
import { platformTable } from './aws-table.ts';
import { lazyPort } from './lazy-port.ts';
import { standardOutputLogger } from './standard-output-logger.ts';

/** Composes the platform from the environment that `infra/` gives its functions. Throws where that is incomplete. */
export function createAwsPlatform(variables: Record<string, string | undefined>): Platform {
  const environment = readEnvironment(apiEnvironmentSchema, variables);
  const clock = { now: () => new Date() };
  const table = platformTable(environment);
  const { instanceMetrics, quotaUse: _quotaUse, rollouts, ...stores } = createDynamoStores(table);
  const sealers = lazySealers(lazyDataPlaneSecret(environment.DATA_PLANE_SECRET_ARN));
  const manager = new QueueSender<ControlPlaneMessage>(createQueueClient(), environment.MANAGER_QUEUE_URL);
  return {
    ...stores,
    secrets: createAwsSecrets(environment, table),
    mail: createAwsMail(environment.MAIL_FROM, table, clock),
    instanceMetricHistory: instanceMetrics,
    clock,
    logger: standardOutputLogger(),
    publicUrl: environment.PUBLIC_URL,
    settings: {
      scale: 'saas',
      sandbox: false,
      signUpsOpen: environment.SIGN_UPS === 'open',
      version: environment.SERVICE_VERSION,
    },
    smartleadKeyChecker: new SmartleadCategoriesKeyChecker(smartleadHostsOf(environment)),
    // API Gateway has checked the token before the function runs.
    authenticator: jwtAuthorizerAuthenticator(stores.accounts),
    // Cognito signs people in.
    localSignIn: null,
    // Requests as such are limited by API Gateway.
    keyCheckLimiter: new DynamoAttemptLimiter(table, { name: 'key-checks', attempts: 100, windowSeconds: 600, clock }),
    alertTestLimiter: new DynamoAttemptLimiter(table, { name: 'alert-tests', attempts: 20, windowSeconds: 600, clock }),
    idempotency: lazyPort(sealers, ({ records }) => new DynamoIdempotencyStore(table, records)),
    alerts: lazyPort(sealers, ({ records }) => new DynamoAlertStore(table, records)),
    webhooks: new HttpWebhookSender({ policy: { allowPrivateAddresses: false, allowLoopbackHttp: false }, clock }),
    // The private network is out of reach of these functions.
    instanceMetrics: new LastKnownMetrics({ clock, history: instanceMetrics }),
    // An answer of a function is sent when it is complete.
    instanceLogFeed: null,
    rollouts: new RemoteRollouts({
      ...{ clock, instances: stores.instances, rollouts },
      versions: createInstanceVersions(environment, table, clock),
      begun: () => manager.send({ kind: 'rollout-begun' }),
      cancel: (rolloutId) => manager.send({ kind: 'rollout-cancel', rolloutId }),
    }),
    confirmOrphans: (atMost) => manager.send({ kind: 'orphans-confirmed', atMost, at: clock.now().toISOString() }),
    health: new ReportedHealth({ clock, reports: new DynamoHealthReportStore(table) }),
    lifecycle: new QueuedWorkflow({
      instances: stores.instances,
      queue: new DynamoOperationQueue(table, { merge: mergeOperations, clock }),
      executions: new StepFunctionsExecutions(createStepFunctionsClient(), environment.LIFECYCLE_ARN),
      announce: (instanceId, operation) => manager.send({ kind: 'operation-asked', instanceId, operation }),
    }),
    // The store has told the routers, in the transaction that deleted the token.
    tokenRevoked: async () => {},
  };
}
