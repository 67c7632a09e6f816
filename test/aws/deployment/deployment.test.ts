import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  AdminAddUserToGroupCommand,
  CognitoIdentityProviderClient,
  DescribeUserPoolCommand,
  ListUserPoolsCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  StopTaskCommand,
} from '@aws-sdk/client-ecs';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { ListBucketsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import {
  DeleteSecretCommand,
  ListSecretsCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { GetExecutionHistoryCommand, type HistoryEvent, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
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

  const workflow = () => new SFNClient(deployment.client);
  async function executions() {
    const stateMachineArn = outputs.workflow.LifecycleArn ?? '';
    return (await workflow().send(new ListExecutionsCommand({ stateMachineArn }))).executions ?? [];
  }

  /** Names of the errors that tasks of the one execution ended with. */
  async function failures(): Promise<(string | undefined)[]> {
    const [execution] = await executions();
    if (execution === undefined) return [];
    const { events = [] } = await workflow().send(
      new GetExecutionHistoryCommand({ executionArn: execution.executionArn ?? '', maxResults: 500 }),
    );
    const failureOf = ({ taskFailedEventDetails, lambdaFunctionFailedEventDetails }: HistoryEvent) =>
      taskFailedEventDetails ?? lambdaFunctionFailedEventDetails;
    return events.map(failureOf).flatMap((failure) => (failure === undefined ? [] : [failure.error]));
  }

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
    // Its launch fails until the secret is there again, so the state machine has to try once more.
    const secrets = new SecretsManagerClient(deployment.client);
    const SecretId = 'smartlead-mcp/dev/platform/warm-pool';
    await secrets.send(new DeleteSecretCommand({ SecretId }));
    const made = await customer.call('POST', '/v1/instances', { body: { name: 'First', keyId: key.body.id, mode: 'sse' } });
    expect(made).toMatchObject({ status: 201, body: { status: 'provisioning' } });
    // Perhaps several times before we see it.
    const kinds = async () => [...new Set(await failures())];
    await expect.poll(kinds, { timeout: 60_000, interval: 50 }).toEqual(['DependencyUnavailable']);
    await secrets.send(new RestoreSecretCommand({ SecretId }));

    const running = async (): Promise<string[]> => (await ecs.send(new ListTasksCommand({ cluster }))).taskArns ?? [];
    await expect.poll(running, { timeout: 60_000 }).toHaveLength(1);
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
    expect(Object.fromEntries(task?.attachments?.[0]?.details?.map(({ name, value }) => [name, value]) ?? [])).toEqual({
      subnetId: [...(await deployment.resources())]
        .filter(([name, { type }]) => type === 'AWS::EC2::Subnet' && / VpcinstancesSubnet/.test(name))
        .map(([, { id }]) => id)
        .join(','),
      securityGroups: await deployment.resource('smartlead-mcp-dev-network', 'AWS::EC2::SecurityGroup', /^GroupsInstances/),
      assignPublicIp: 'DISABLED',
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
    expect((await executions()).map(({ status }) => status)).toEqual(['FAILED']);
  }, 240_000);

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

  it('is changed in place: another setting, another function, the same data and people', async () => {
    const before = await deployment.resources();
    const body = await customer.call('GET', '/v1/instances');
    expect(await customer.call('GET', '/v1/installation')).toMatchObject({ body: { signUps: 'open' } });

    await deployment.update({ signUps: 'closed' }, async ({ functionBundles }) => {
      const bundle = join(functionBundles, 'openapi', 'index.mjs');
      const code = await readFile(bundle, 'utf8');
      expect(code).toContain('Read what kind of installation this is');
      await writeFile(bundle, code.replace('Read what kind of installation this is', 'Say what this is'));
    });

    // Whatever is replaced has another physical id: revisions and versions are, which never change. Everything else is the same one.
    const after = await deployment.resources();
    const replaced = [...new Set([...before.keys(), ...after.keys()])].filter(
      (name) => before.get(name)?.id !== after.get(name)?.id,
    );
    const types = new Set(replaced.map((name) => (after.get(name) ?? before.get(name))?.type));
    expect([...types].sort()).toEqual(['AWS::ECS::TaskDefinition', 'AWS::Lambda::Version']);
    expect(await customer.call('GET', '/v1/installation')).toMatchObject({ body: { signUps: 'closed' } });
    expect(JSON.stringify(await customer.call('GET', '/v1/openapi.json'))).toContain('Say what this is');
    const cognito = new CognitoIdentityProviderClient(deployment.client);
    const { UserPool } = await cognito.send(new DescribeUserPoolCommand({ UserPoolId: outputs.auth.UserPoolId ?? '' }));
    expect(UserPool?.AdminCreateUserConfig?.AllowAdminCreateUserOnly).toBe(true);
    await customer.signOut();
    await customer.signIn('ann@example.com', password);
    expect(await customer.call('GET', '/v1/instances')).toEqual(body);
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

  it('is gone when it is destroyed: stage dev protects nothing', async () => {
    const { client } = deployment;
    const keys = [...(await deployment.resources()).values()].filter(({ type }) => type === 'AWS::KMS::Key');
    await deployment.destroy();

    const { Stacks = [] } = await new CloudFormationClient(client).send(new DescribeStacksCommand({}));
    expect(Stacks.map(({ StackName }) => StackName)).toEqual(['CDKToolkit']);
    expect((await new DynamoDBClient(client).send(new ListTablesCommand({}))).TableNames).toEqual([]);
    const cognito = new CognitoIdentityProviderClient(client);
    expect((await cognito.send(new ListUserPoolsCommand({ MaxResults: 10 }))).UserPools).toEqual([]);
    expect((await new SecretsManagerClient(client).send(new ListSecretsCommand({}))).SecretList).toEqual([]);
    expect((await new SQSClient(client).send(new ListQueuesCommand({}))).QueueUrls ?? []).toEqual([]);
    const { Buckets = [] } = await new S3Client({ ...client, forcePathStyle: true }).send(new ListBucketsCommand({}));
    expect(Buckets.map(({ Name }) => Name)).toEqual([expect.stringMatching(/^cdk-/)]);
    expect(keys.length).toBeGreaterThan(1);
    for (const { id: KeyId } of keys) {
      const { KeyMetadata } = await new KMSClient(client).send(new DescribeKeyCommand({ KeyId }));
      expect(KeyMetadata?.KeyState).toBe('PendingDeletion');
    }
  }, 120_000);
});
