import { expect, it } from 'vitest';
import { readRouterEnvironment } from '../../../container/router/environment.ts';

const secret = 'canary-secret-of-the-data-plane-0123456789';
const required = () => ({
  STAGE: 'dev',
  TABLE_NAME: 'platform',
  MANAGER_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/111122223333/manager',
  USAGE_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/111122223333/usage',
  DATA_PLANE_SECRET: secret,
  PUBLIC_URL: 'https://mcp.example.com/base/',
});

it('needs little, and takes the rest as usual', () => {
  expect(readRouterEnvironment(required())).toEqual({
    stage: 'dev',
    host: '0.0.0.0',
    port: 8080,
    metricsPort: 9090,
    hopPort: 8081,
    tableName: 'platform',
    managerQueueUrl: required().MANAGER_QUEUE_URL,
    usageQueueUrl: required().USAGE_QUEUE_URL,
    redisUrl: undefined,
    dataPlaneSecret: secret,
    publicOrigin: 'https://mcp.example.com',
    allowedOrigins: [],
    drainMs: 100_000,
    taskMetadataUri: undefined,
  });
});

it('lets the dashboard and the named origins in', () => {
  const variables = {
    ...required(),
    DASHBOARD_URL: 'https://app.example.com/',
    MCP_ALLOWED_ORIGINS: 'https://claude.ai, https://n8n.example.com',
    REDIS_URL: 'rediss://user:pass@cache:6379',
    DRAIN_SECONDS: '0.5',
    PORT: '',
  };
  expect(readRouterEnvironment(variables)).toMatchObject({
    allowedOrigins: ['https://app.example.com', 'https://claude.ai', 'https://n8n.example.com'],
    redisUrl: 'rediss://user:pass@cache:6379',
    drainMs: 500,
    port: 8080,
  });
});

it('takes secrets out of the environment, whatever else is wrong', () => {
  const good: Record<string, string | undefined> = { ...required(), REDIS_URL: 'rediss://user:pass@cache:6379' };
  readRouterEnvironment(good);
  expect(good).not.toHaveProperty('DATA_PLANE_SECRET');
  expect(good).not.toHaveProperty('REDIS_URL');
  const bad: Record<string, string | undefined> = { ...required(), PORT: 'http' };
  expect(() => readRouterEnvironment(bad)).toThrow();
  expect(bad).not.toHaveProperty('DATA_PLANE_SECRET');
});

it('puts the password of Redis into its address, where it comes by itself, and takes it out of the environment', () => {
  const variables = { ...required(), REDIS_URL: 'rediss://platform@cache:6379', REDIS_PASSWORD: 'canary-of-the-cache' };
  expect(readRouterEnvironment(variables).redisUrl).toBe('rediss://platform:canary-of-the-cache@cache:6379');
  expect(variables).not.toHaveProperty('REDIS_PASSWORD');
});

it('names what is missing or wrong, and never a value', () => {
  const wrong = {
    ...{ DATA_PLANE_SECRET: 'canary-too-short', PUBLIC_URL: 'canary:url', REDIS_URL: 'http://canary' },
    ...{ DRAIN_SECONDS: '9999', TABLE_NAME: '' },
  };
  const failure = (() => {
    try {
      return String(readRouterEnvironment(wrong));
    } catch (error) {
      return String(error);
    }
  })();
  for (const name of [
    'STAGE',
    'TABLE_NAME',
    'MANAGER_QUEUE_URL',
    'DATA_PLANE_SECRET',
    'PUBLIC_URL',
    'REDIS_URL',
    'DRAIN_SECONDS',
  ]) {
    expect(failure).toContain(name);
  }
  expect(failure).not.toContain('canary');
});
