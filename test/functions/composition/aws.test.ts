import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { smartleadHostsSchema } from '../../../core/instance-configuration.ts';
import { createAwsLifecyclePorts } from '../../../functions/composition/aws-lifecycle-ports.ts';
import { createAwsPlatform } from '../../../functions/composition/aws-platform.ts';
import { standardOutputLogger } from '../../../functions/composition/standard-output-logger.ts';

const tableEnvironment = {
  TABLE_NAME: 'platform',
  DATA_PLANE_SECRET_ARN: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:smartlead-mcp/dev/platform/data-plane',
};
const lifecycleEnvironment = {
  ...tableEnvironment,
  STAGE: 'dev',
  SECRET_NAME_PREFIX: 'smartlead-mcp/dev/keys/',
  SECRETS_KEY_ARN: 'arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000',
  INSTANCE_IMAGE: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/assets:0123456789abcdef0123456789abcdef',
};
const tasksEnvironment = {
  ...{ AWS_REGION: 'eu-central-1', CLUSTER: 'smartlead-mcp-dev', TASK_FAMILY_PREFIX: 'smartlead-mcp-dev' },
  ...{ INSTANCE_SUBNETS: 'subnet-1,subnet-2', INSTANCE_SECURITY_GROUPS: 'sg-1', INSTANCE_LOG_GROUP: 'instances' },
  INSTANCE_EXECUTION_ROLE_ARN: 'arn:aws:iam::123456789012:role/start',
  INSTANCE_TASK_ROLE_ARN: 'arn:aws:iam::123456789012:role/nothing',
  POOL_SECRET_ARN: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:smartlead-mcp/dev/platform/warm-pool',
  WARM_POOL_SIZE: '2',
};
const environment = {
  ...lifecycleEnvironment,
  ...{ SERVICE_VERSION: '1.2.3', SIGN_UPS: 'closed', PUBLIC_URL: 'https://mcp.example.com/' },
  LIFECYCLE_ARN: 'arn:aws:states:eu-central-1:123456789012:stateMachine:smartlead-mcp-dev-lifecycle',
  MANAGER_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/123456789012/manager',
};

// Whatever is asked for is not there: nothing of a test leaves this machine.
beforeEach(() => {
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:9');
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'emulated');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'emulated');
});
afterEach(() => void vi.unstubAllEnvs());

describe('the platform on AWS', () => {
  it('takes its settings from the environment', () => {
    const platform = createAwsPlatform(environment);
    expect(platform.publicUrl).toBe('https://mcp.example.com');
    expect(platform.settings).toEqual({ scale: 'saas', sandbox: false, signUpsOpen: false, version: '1.2.3' });
    expect(platform.localSignIn).toBeNull();
    expect(Math.abs(platform.clock.now().getTime() - Date.now())).toBeLessThan(60_000);
  });

  it.each(Object.keys(environment))('is not composed without %s', (variable) => {
    expect(() => createAwsPlatform({ ...environment, [variable]: undefined })).toThrow(variable);
  });

  it('never repeats a value it refuses, which may be a secret in the wrong place', () => {
    expect(() => createAwsPlatform({ ...environment, PUBLIC_URL: 'a-misplaced-secret' })).toThrow(
      /^(?!.*a-misplaced-secret).*PUBLIC_URL/,
    );
  });

  it('can be awaited whole: a part that is made when it is needed is no promise', async () => {
    const { idempotency } = createAwsPlatform(environment);
    await expect(Promise.resolve(idempotency)).resolves.toBe(idempotency);
  });

  it('follows no log itself: answers of functions are not streamed', () => {
    expect(createAwsPlatform(environment).instanceLogFeed).toBeNull();
  });

  it('sends no mail where it has no address to send from', () => {
    expect(createAwsPlatform(environment).mail).toBeNull();
    expect(createAwsPlatform({ ...environment, MAIL_FROM: 'alerts@example.com' }).mail).not.toBeNull();
  });

  it('revokes tokens without telling anybody: the store has done that', async () => {
    await expect(createAwsPlatform(environment).tokenRevoked('tok_1', 'hash')).resolves.toBeUndefined();
  });
});

describe('the tasks of the lifecycle on AWS', () => {
  const complete = { ...lifecycleEnvironment, ...tasksEnvironment };

  it.each(Object.keys(complete))('are not composed without %s', (variable) => {
    expect(() => createAwsLifecyclePorts({ ...complete, [variable]: undefined })).toThrow(variable);
  });

  it('ask nothing of AWS before they are needed', async () => {
    const { launcher, accessTokens, settings } = createAwsLifecyclePorts(complete);
    expect(settings.smartleadHosts).toEqual(smartleadHostsSchema.parse({}));
    // Nothing listens where this environment says that AWS is.
    await expect(launcher.list('ins_1')).rejects.toMatchObject({ type: 'not-available' });
    await expect(accessTokens.put('instance-access-token/ins_1', 'token')).rejects.toThrow();
  });

  it('speak to another Smartlead where the environment names one', () => {
    const { settings } = createAwsLifecyclePorts({ ...complete, SMARTLEAD_CORE_URL: 'http://127.0.0.1:8/core' });
    expect(settings.smartleadHosts).toEqual(smartleadHostsSchema.parse({ core: 'http://127.0.0.1:8/core' }));
  });
});

describe('the logger on AWS', () => {
  it('writes one JSON line an entry, and keeps details apart from the words of the entry', () => {
    const lines: string[] = [];
    standardOutputLogger((line) => lines.push(line)).error('A request failed', { message: 'of a driver', code: 42 });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[^\n]+\n$/);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      level: 'error',
      message: 'A request failed',
      details: { message: 'of a driver', code: 42 },
    });
  });
});
