import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProblemError } from '../../../core/problem.ts';
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

/** What a part of the platform answers to a call of a method: the refusal, or `undefined` where it does its work. */
async function refusalOf(part: unknown, method: string): Promise<ProblemError | undefined> {
  try {
    const call: unknown = typeof part === 'function' ? part : Reflect.get(Object(part), method);
    if (typeof call === 'function') await call('any', 'arguments');
  } catch (error) {
    return error instanceof ProblemError ? error : undefined;
  }
  return undefined;
}

/** Parts that have no adapter: each of their methods, whatever its name, says so. */
async function partsThatRefuse(composition: object): Promise<string[]> {
  const refusing: string[] = [];
  for (const [name, part] of Object.entries(composition)) {
    if (typeof part !== 'object') continue;
    if ((await refusalOf(part, 'noSuchMethod'))?.detail?.includes('not deployed yet')) refusing.push(name);
  }
  return refusing.sort();
}

describe('the platform on AWS', () => {
  it('takes its settings from the environment', () => {
    const platform = createAwsPlatform(environment);
    expect(platform.publicUrl).toBe('https://mcp.example.com');
    expect(platform.settings).toEqual({ scale: 'saas', sandbox: false, signUpsOpen: false, version: '1.2.3' });
    expect(platform.localSignIn).toBeNull();
    expect(Math.abs(platform.clock.now().getTime() - Date.now())).toBeLessThan(1_000);
  });

  it.each(Object.keys(environment))('is not composed without %s', (variable) => {
    expect(() => createAwsPlatform({ ...environment, [variable]: undefined })).toThrow(variable);
  });

  it('never repeats a value it refuses, which may be a secret in the wrong place', () => {
    expect(() => createAwsPlatform({ ...environment, PUBLIC_URL: 'a-misplaced-secret' })).toThrow(
      /^(?!.*a-misplaced-secret).*PUBLIC_URL/,
    );
  });

  // Whoever adds an adapter takes its line away here.
  it('lacks exactly these parts', async () => {
    expect(await partsThatRefuse(createAwsPlatform(environment))).toEqual(['health', 'instanceLogFeed', 'rollouts']);
  });

  it('lacks exactly these parts for the tasks of the lifecycle', async () => {
    expect(await partsThatRefuse(createAwsLifecyclePorts(lifecycleEnvironment))).toEqual(['accessTokens', 'launcher']);
  });

  it('says in words which part is missing', async () => {
    const refusal = await refusalOf(createAwsPlatform(environment).rollouts, 'begin');
    expect(refusal).toMatchObject({ status: 503, detail: 'On AWS, the rolling upgrade of instances is not deployed yet.' });
  });

  it('refuses at once where a method gives no promise', () => {
    const { instanceLogFeed } = createAwsPlatform(environment);
    expect(() => instanceLogFeed.subscribe('ins_1', () => undefined)).toThrow('not deployed yet');
  });

  it('can be awaited whole: a missing part is no promise', async () => {
    const { health, idempotency } = createAwsPlatform(environment);
    await expect(Promise.resolve(health)).resolves.toBe(health);
    await expect(Promise.resolve(idempotency)).resolves.toBe(idempotency);
  });

  it('sends no mail where it has no address to send from', () => {
    expect(createAwsPlatform(environment).mail).toBeNull();
    expect(createAwsPlatform({ ...environment, MAIL_FROM: 'alerts@example.com' }).mail).not.toBeNull();
  });

  it('revokes tokens without telling anybody: the store has done that', async () => {
    await expect(createAwsPlatform(environment).tokenRevoked('tok_1', 'hash')).resolves.toBeUndefined();
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
