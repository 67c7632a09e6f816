import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { heapLimitMebibytes, instanceSizes } from '../../../../core/instance-configuration.ts';
import { coldTaskDefinition, taskSizes, warmTaskDefinition } from '../../../../functions/adapters/fargate/task-definition.ts';
import { keyArn, poolSecretArn, settings } from './installation.ts';

const controlPlaneKey = randomBytes(32);
const cold = {
  instanceId: 'ins_plain_1',
  size: 'small' as const,
  version: 'ab12',
  image: 'registry.test/assets:ab12',
  key: { arn: keyArn, versionId: 'version-3' },
};
const coldInput = () => coldTaskDefinition(settings, controlPlaneKey, cold).input;
const warmInput = () => warmTaskDefinition(settings, controlPlaneKey, cold).input;

describe.each([
  ['an instance', coldInput],
  ['the pool', warmInput],
])('a task of %s', (_name, input) => {
  const [container] = input().containerDefinitions ?? [];

  it('runs on Graviton in a network of its own', () => {
    expect(input()).toMatchObject({
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
      executionRoleArn: settings.executionRoleArn,
      taskRoleArn: settings.taskRoleArn,
    });
    expect(input().containerDefinitions).toHaveLength(1);
  });

  it('may write nothing, is not root, and has no capability', () => {
    expect(container).toMatchObject({
      readonlyRootFilesystem: true,
      user: '1000:1000',
      linuxParameters: { initProcessEnabled: true, capabilities: { drop: ['ALL'] } },
      ulimits: [{ name: 'nofile', softLimit: 65_535, hardLimit: 65_535 }],
    });
    expect(container?.privileged).toBeUndefined();
    expect(container?.mountPoints).toBeUndefined();
  });

  it('has a public key alone in its environment', () => {
    expect(container?.environment).toEqual([{ name: 'WARM_CONTROL_PLANE_KEY', value: controlPlaneKey.toString('base64url') }]);
  });

  it('is asked for its health and given its time to end', () => {
    expect(container?.healthCheck?.command).toEqual(['CMD', 'node', '/app/health-check.cjs']);
    expect(container?.stopTimeout).toBe(30);
  });

  it('says what it is for', () => {
    const tags = Object.fromEntries((input().tags ?? []).map(({ key, value }) => [key, value]));
    expect(tags).toMatchObject({ service: 'smartlead-mcp', stage: 'test', version: 'ab12' });
  });
});

it('an instance’s gets this version of its own key, which no other one names', () => {
  const [container] = coldInput().containerDefinitions ?? [];
  expect(coldInput().family).toBe('smartlead-mcp-test-ins_plain_1');
  expect(container?.secrets).toEqual([
    { name: 'WARM_POOL_SECRET', valueFrom: poolSecretArn },
    { name: 'SMARTLEAD_API_KEY', valueFrom: `${keyArn}:::version-3` },
  ]);
  expect(container?.logConfiguration?.options?.['awslogs-stream-prefix']).toBe('ins_plain_1');
});

it('one that waits belongs to nobody', () => {
  const [container] = warmInput().containerDefinitions ?? [];
  expect(warmInput().family).toBe('smartlead-mcp-test-warm-small');
  expect(container?.secrets).toEqual([{ name: 'WARM_POOL_SECRET', valueFrom: poolSecretArn }]);
  expect(JSON.stringify(warmInput())).not.toContain('ins_');
});

it('is without any role where there is none to name', () => {
  const { taskRoleArn: _, ...without } = settings;
  expect(warmTaskDefinition(without, controlPlaneKey, cold).input).not.toHaveProperty('taskRoleArn');
});

it('has another digest whenever something else would run', () => {
  const digest = (change: object) => coldTaskDefinition(settings, controlPlaneKey, { ...cold, ...change }).digest;
  const digests = [
    digest({}),
    digest({ size: 'large' }),
    digest({ image: 'registry.test/assets:cd34' }),
    digest({ key: { arn: keyArn, versionId: 'version-4' } }),
    coldTaskDefinition(settings, randomBytes(32), cold).digest,
    coldTaskDefinition({ ...settings, executionRoleArn: 'arn:aws:iam::123456789012:role/other' }, controlPlaneKey, cold).digest,
  ];
  expect(new Set(digests).size).toBe(digests.length);
  expect(digest({})).toBe(digests[0]);
});

/** CPU units to the mebibytes that Fargate offers with them: the smaller part of its table. */
const offered: Record<number, number[]> = { 256: [512, 1024, 2048], 512: [1024, 2048, 3072, 4096] };

it.each(instanceSizes)('size %s is one that Fargate offers, with room for its heap and what is beside it', (size) => {
  const { cpu, memory } = taskSizes[size];
  expect(offered[cpu]).toContain(memory);
  expect(memory).toBeGreaterThanOrEqual(heapLimitMebibytes[size] + 200);
  const [container] = coldTaskDefinition(settings, controlPlaneKey, { ...cold, size }).input.containerDefinitions ?? [];
  expect({ cpu: container?.cpu, memory: container?.memory }).toEqual({ cpu, memory });
});
