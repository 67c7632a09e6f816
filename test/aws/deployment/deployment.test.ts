import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { AdminAddUserToGroupCommand, CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import {
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  StopTaskCommand,
} from '@aws-sdk/client-ecs';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiResources } from '../../../functions/api/resources.ts';
import { resourcesNotOnAws } from '../../../infra/function-access.ts';
import { areEmulatorsInstalled } from '../emulators/install.ts';
import { Customer } from './customer.ts';
import { type Deployment, deployToEmulator } from './deployment.ts';
import { installInstanceImage } from './manager-environment.ts';
import { startManager } from './manager-process.ts';

const password = 'Correct-Horse-9!';
const cluster = 'smartlead-mcp-dev';

describe.skipIf(!areEmulatorsInstalled())('stage dev, deployed to an emulator that checks signatures and policies', () => {
  let deployment: Deployment;
  let customer: Customer;
  let ecs: ECSClient;
  let outputs: Record<'api' | 'auth' | 'workflow' | 'data-plane' | 'frontend', Record<string, string>>;

  beforeAll(async () => {
    deployment = await deployToEmulator();
    const stacks = ['api', 'auth', 'workflow', 'data-plane', 'frontend'] as const;
    outputs = Object.fromEntries(
      await Promise.all(stacks.map(async (part) => [part, await deployment.outputs(`smartlead-mcp-dev-${part}`)])),
    );
    ecs = new ECSClient(deployment.client);
    customer = new Customer({
      endpoint: deployment.client.endpoint,
      apiUrl: outputs.api.ApiUrl ?? '',
      userPoolId: outputs.auth.UserPoolId ?? '',
      clientId: outputs.auth.DashboardClientId ?? '',
    });
    await installInstanceImage(deployment.client);
  }, 240_000);
  afterAll(() => deployment?.stop());

  it('has every stack in place', async () => {
    const { Stacks = [] } = await new CloudFormationClient(deployment.client).send(new DescribeStacksCommand({}));
    const states = Object.fromEntries(Stacks.map(({ StackName, StackStatus }) => [StackName, StackStatus]));
    expect(deployment.assembly.stacks.length).toBeGreaterThan(12);
    expect(states).toMatchObject(Object.fromEntries(deployment.assembly.stacks.map((name) => [name, 'CREATE_COMPLETE'])));
  });

  it('holds the dashboard, with a configuration that names this deployment', async () => {
    const s3 = new S3Client({ ...deployment.client, forcePathStyle: true });
    const Bucket = await deployment.resource('smartlead-mcp-dev-frontend', 'AWS::S3::Bucket', /^Files/);
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents.map(({ Key }) => Key).sort()).toEqual(['assets/index-1.js', 'config.json', 'index.html']);
  });

  it('makes a workspace for whoever confirms their address, before they first sign in', async () => {
    await customer.signUp('ann@example.com', password, 'Ann');
    await customer.signIn('ann@example.com', password);
    const { status, body } = await customer.call('GET', '/v1/me');
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { user: { email: 'ann@example.com', name: 'Ann' }, workspace: { name: "Ann's workspace" }, role: 'owner' },
    });
  });

  it('takes access tokens and nothing else', async () => {
    expect(await customer.call('GET', '/v1/me', { token: customer.idToken })).toMatchObject({ status: 403 });
    expect(await customer.call('GET', '/v1/me', { token: 'nobody' })).toMatchObject({ status: 401 });
  });

  it('refuses a key that Smartlead refuses', async () => {
    const refused = await customer.call('POST', '/v1/keys', { body: { label: 'wrong', apiKey: 'not-a-key' } });
    expect(refused.status).toBe(422);
  });

  it('starts the task of a new instance as its roles and its network want it, and leaves none behind', async () => {
    const key = await customer.call('POST', '/v1/keys', { body: { label: 'Agency', apiKey: 'demo-pro-ann' } });
    expect(key).toMatchObject({ status: 201, body: { status: 'valid' } });
    const made = await customer.call('POST', '/v1/instances', { body: { name: 'First', keyId: key.body.id, mode: 'sse' } });
    expect(made).toMatchObject({ status: 201, body: { status: 'provisioning' } });

    const running = async (): Promise<string[]> => (await ecs.send(new ListTasksCommand({ cluster }))).taskArns ?? [];
    await expect.poll(running, { timeout: 30_000 }).toHaveLength(1);
    const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: await running(), include: ['TAGS'] }));
    const [task] = tasks;
    expect(task?.tags).toEqual(expect.arrayContaining([{ key: 'instance', value: made.body.id }]));
    const { taskDefinition } = await ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: task?.taskDefinitionArn ?? '' }),
    );
    expect(taskDefinition).toMatchObject({
      family: `smartlead-mcp-dev-${made.body.id}`,
      runtimePlatform: { cpuArchitecture: 'ARM64' },
      taskRoleArn: expect.stringContaining('InstancesTaskRole'),
      executionRoleArn: expect.stringContaining('InstancesExecutionRole'),
    });
    const [container] = taskDefinition?.containerDefinitions ?? [];
    expect(container).toMatchObject({ readonlyRootFilesystem: true, linuxParameters: { capabilities: { drop: ['ALL'] } } });
    expect(Object.fromEntries((container?.secrets ?? []).map(({ name, valueFrom }) => [name, valueFrom]))).toEqual({
      WARM_POOL_SECRET: expect.stringContaining(':secret:smartlead-mcp/dev/platform/warm-pool-'),
      SMARTLEAD_API_KEY: expect.stringContaining(`:secret:smartlead-mcp/dev/keys/smartlead-key/${key.body.id}-`),
    });
    // Neither the definition nor the request for the task holds what only the secrets may.
    expect(JSON.stringify([taskDefinition, task])).not.toContain('demo-pro-ann');

    // There is no Docker behind this ECS, so nobody ever answers. The task ends as one would that cannot start.
    await ecs.send(new StopTaskCommand({ cluster, task: task?.taskArn ?? '', reason: 'No image' }));
    const shown = async () => (await customer.call('GET', `/v1/instances/${made.body.id}`)).body.status;
    await expect.poll(shown, { timeout: 60_000, interval: 500 }).toBe('failed');
    expect(await running()).toEqual([]);
    const workflow = new SFNClient(deployment.client);
    const { executions = [] } = await workflow.send(
      new ListExecutionsCommand({ stateMachineArn: outputs.workflow.LifecycleArn ?? '' }),
    );
    expect(executions.map(({ status }) => status)).toEqual(['FAILED']);
  }, 120_000);

  it('lets every function do what its routes need', async () => {
    const { client } = deployment;
    const UserPoolId = outputs.auth.UserPoolId ?? '';
    await new CognitoIdentityProviderClient(client).send(
      new AdminAddUserToGroupCommand({ UserPoolId, Username: 'ann@example.com', GroupName: 'operators' }),
    );
    await customer.signOut();
    await customer.signIn('ann@example.com', password);

    const refusals: string[] = [];
    const call = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
      const answer = await customer.call(method, path, { body });
      if (answer.status >= 400) refusals.push(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body;
    };
    const key = await call('POST', '/v1/keys', { label: 'Second', apiKey: 'demo-pro-second' });
    await call('POST', `/v1/keys/${key.id}/rotate`, { apiKey: 'demo-pro-third' });
    const { id } = await call('POST', '/v1/instances', { name: 'Second', keyId: key.id, mode: 'sse' });
    await call('PATCH', `/v1/instances/${id}`, { name: 'Renamed' });
    await call('POST', `/v1/instances/${id}/argument-logging`, { minutes: 5 });
    await call('DELETE', `/v1/instances/${id}/argument-logging`);
    const token = await call('POST', `/v1/instances/${id}/tokens`, { label: 'n8n' });
    const rule = await call('POST', '/v1/alert-rules', {
      name: 'Down',
      kind: 'instance_failed',
      webhookUrl: 'https://example.com/hook',
    });
    await call('PATCH', `/v1/alert-rules/${rule.id}`, { name: 'Ended' });
    const reads = apiResources
      .filter(({ name }) => !resourcesNotOnAws.has(name))
      .flatMap(({ name, routes }) => routes.filter(({ method }) => method === 'GET').map(({ path }) => ({ name, path })));
    expect(reads.length).toBeGreaterThan(20);
    for (const { name, path } of reads) {
      await call('GET', path.replace('{id}', String(name === 'alert-rules' ? rule.id : name === 'keys' ? key.id : id)));
    }
    await call('DELETE', `/v1/alert-rules/${rule.id}`);
    await call('DELETE', `/v1/instances/${id}/tokens/${token.id}`);
    await call('POST', `/v1/instances/${id}/stop`);
    await call('DELETE', `/v1/instances/${id}`);
    const unused = await call('POST', '/v1/keys', { label: 'Unused', apiKey: 'demo-pro-unused' });
    await call('DELETE', `/v1/keys/${unused.id}`);
    expect(refusals).toEqual([]);
  }, 120_000);

  it('leaves nothing of what its customer deletes', async () => {
    const manager = await startManager(deployment);
    try {
      const { body: instances } = await customer.call<{ items: { id: string }[] }>('GET', '/v1/instances');
      for (const { id } of instances.items) await customer.call('DELETE', `/v1/instances/${id}`);
      const tasks = async () => (await ecs.send(new ListTasksCommand({ cluster }))).taskArns ?? [];
      // Nobody answers in a task that has no container, so a launch would wait for it.
      for (const task of await tasks()) await ecs.send(new StopTaskCommand({ cluster, task, reason: 'No image' }));
      const definitions = async () => {
        const { taskDefinitionArns = [] } = await ecs.send(new ListTaskDefinitionsCommand({ status: 'ACTIVE' }));
        return taskDefinitionArns.filter((arn) => arn.includes('/smartlead-mcp-dev-ins_'));
      };
      await expect.poll(definitions, { timeout: 120_000, interval: 500 }).toEqual([]);
      expect(await tasks()).toEqual([]);
      expect((await customer.call('GET', '/v1/instances')).body).toMatchObject({ items: [] });

      const { body: keys } = await customer.call<{ items: { id: string }[] }>('GET', '/v1/keys');
      for (const { id } of keys.items) {
        const remove = async () => (await customer.call('DELETE', `/v1/keys/${id}`)).status;
        // Refused as long as an instance has it, also one that is being deleted.
        await expect.poll(remove, { timeout: 30_000, interval: 500 }).toBe(204);
      }
      const { SecretList = [] } = await new SecretsManagerClient(deployment.client).send(new ListSecretsCommand({}));
      expect(SecretList.filter(({ Name }) => Name?.startsWith('smartlead-mcp/dev/keys/'))).toEqual([]);
    } finally {
      await manager.stop();
    }
  }, 150_000);
});
