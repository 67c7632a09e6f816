import { randomBytes } from 'node:crypto';
import { CreateSubnetCommand, CreateVpcCommand, EC2Client, ModifyVpcAttributeCommand } from '@aws-sdk/client-ec2';
import { CreateClusterCommand, DescribeTaskDefinitionCommand, type ECSClient } from '@aws-sdk/client-ecs';
import { beforeAll, expect, it } from 'vitest';
import { createIdentifier } from '../../../core/identifiers.ts';
import { createEcsClient } from '../../../functions/adapters/fargate/ecs-client.ts';
import type { FargateSettings } from '../../../functions/adapters/fargate/settings.ts';
import { coldTaskDefinition, warmTaskDefinition } from '../../../functions/adapters/fargate/task-definition.ts';
import { TaskDefinitions } from '../../../functions/adapters/fargate/task-definitions.ts';
import { addressOf, instanceTags, originOf, processOf, serviceTags } from '../../../functions/adapters/fargate/task-identity.ts';
import { Tasks } from '../../../functions/adapters/fargate/tasks.ts';
import { settings as usualSettings } from '../../functions/adapters/fargate/installation.ts';
import { describeOnAws, emulatorSettings } from '../emulator.ts';

// What the requests look like over the wire, and what the SDK makes of the answers. What moto does otherwise than AWS is left to the
// double of ECS in test/functions/adapters/fargate: it ignores client tokens, and its tasks run at once and run nothing.
describeOnAws('requests to ECS', () => {
  let ecs: ECSClient;
  let settings: FargateSettings;
  const controlPlaneKey = randomBytes(32);
  const instanceId = 'ins_01k8z3x5v7c9b2n4m6q8r0t2w4';
  const cold = {
    instanceId,
    size: 'small' as const,
    version: 'ab12ab12ab12ab12',
    image: 'registry.test/assets:ab12',
    key: {
      arn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:smartlead-mcp/test/keys/key_1-GhIjKl',
      versionId: 'v-3',
    },
  };

  beforeAll(async () => {
    ecs = createEcsClient(emulatorSettings());
    const cluster = `fargate-${randomBytes(4).toString('hex')}`;
    await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
    const ec2 = new EC2Client(emulatorSettings());
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
    // moto needs it for a task's address.
    await ec2.send(new ModifyVpcAttributeCommand({ VpcId: Vpc?.VpcId, EnableDnsHostnames: { Value: true } }));
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: Vpc?.VpcId, CidrBlock: '10.9.1.0/24' }));
    settings = { ...usualSettings, cluster, familyPrefix: cluster, subnets: [Subnet?.SubnetId ?? ''], securityGroups: [] };
  });

  it('register a definition as it is described, once for the same content, and delete it', async () => {
    const definitions = new TaskDefinitions(ecs);
    const content = coldTaskDefinition(settings, controlPlaneKey, cold);
    const arn = await definitions.ensure(content);
    expect(await new TaskDefinitions(ecs).ensure(content)).toBe(arn);
    const { taskDefinition, tags } = await ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: arn, include: ['TAGS'] }),
    );
    expect(taskDefinition).toMatchObject({
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
      containerDefinitions: [
        {
          readonlyRootFilesystem: true,
          user: '1000:1000',
          secrets: [
            { name: 'WARM_POOL_SECRET', valueFrom: settings.poolSecretArn },
            { name: 'SMARTLEAD_API_KEY', valueFrom: `${cold.key.arn}:::v-3` },
          ],
        },
      ],
    });
    expect(tags).toContainEqual({ key: 'content', value: content.digest });
    const rotated = coldTaskDefinition(settings, controlPlaneKey, { ...cold, key: { ...cold.key, versionId: 'v-4' } });
    expect(await definitions.ensure(rotated)).not.toBe(arn);
    await definitions.deleteFamily(content.family);
    await expect(definitions.ensure(rotated)).resolves.toEqual(expect.any(String));
  });

  it('start, tag, describe, list and stop a task', async () => {
    const tasks = new Tasks(ecs, settings);
    const definition = warmTaskDefinition(settings, controlPlaneKey, cold);
    const definitionArn = await new TaskDefinitions(ecs).ensure(definition);
    const origin = { id: createIdentifier('warmProcess') };
    const ref = await tasks.run({ origin, definitionArn, capacity: 'FARGATE', tags: serviceTags('test') });
    await tasks.tag(ref, instanceTags({ instanceId, replica: 1, version: cold.version, processes: 2 }));
    const task = await tasks.find(ref);
    expect(originOf(task?.startedBy)).toEqual(origin);
    expect(task && addressOf(task)).toMatch(/^http:\/\/[\d.]+:3000$/);
    // moto moves a task on whenever it is described; on AWS one runs until something happens.
    expect(task && processOf({ ...task, lastStatus: 'RUNNING' })).toEqual({
      instanceId,
      replica: 1,
      runtime: { launcher: 'fargate', ref, address: task && addressOf(task), version: cold.version, processes: 2 },
    });
    await expect(tasks.list({ origin })).resolves.toEqual([ref]);
    await expect(tasks.list({ family: definition.family })).resolves.toEqual([ref]);
    await expect(tasks.all(0)).resolves.toHaveLength(1);
    await expect(tasks.stop(ref)).resolves.toBe(true);
    await expect(tasks.list({ origin })).resolves.toEqual([]);
  });
});
