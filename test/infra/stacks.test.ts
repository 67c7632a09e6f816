import { Match } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placeholderBundles, type SynthesizedStage, synthesizeStage } from './synthesized-stage.ts';

const synthesized: Partial<Record<'dev' | 'prod', SynthesizedStage>> = {};
let removeBundles: () => Promise<void>;

beforeAll(async () => {
  const bundles = await placeholderBundles();
  removeBundles = bundles.remove;
  for (const stage of ['dev', 'prod'] as const) {
    synthesized[stage] = await synthesizeStage(stage, { functionBundles: bundles.folder });
  }
});
afterAll(() => removeBundles());

function stageOf(name: 'dev' | 'prod'): SynthesizedStage {
  const stage = synthesized[name];
  if (stage === undefined) throw new Error(`${name} was not synthesised`);
  return stage;
}

describe.each(['dev', 'prod'] as const)('every stack of %s', (name) => {
  it('keeps logs for as long as the settings say', () => {
    const groups = stageOf(name).resources('AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThan(20);
    const retention = Object.fromEntries(groups.map(([id, { Properties }]) => [id, Properties.RetentionInDays]));
    expect(new Set(Object.values(retention))).toEqual(new Set([name === 'prod' ? 365 : 14]));
  });

  it('gives each function its own log group, so that none logs for ever', () => {
    const functions = ownFunctions(stageOf(name));
    const groups = functions.map(
      ([, { Properties }]) => (Properties.LoggingConfig as { LogGroup?: { Ref: string } }).LogGroup?.Ref,
    );
    expect(groups).not.toContain(undefined);
    expect(new Set(groups).size).toBe(functions.length);
  });

  it('runs functions on the pinned runtime and processor', () => {
    for (const [id, { Properties }] of ownFunctions(stageOf(name))) {
      expect({ id, ...Properties }).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
      });
    }
  });

  it('has no secret in the environment of a function', () => {
    for (const [id, { Properties }] of stageOf(name).resources('AWS::Lambda::Function')) {
      const { AWS_CA_BUNDLE: _ofTheToolkitsProgram, ...variables } =
        (Properties.Environment as { Variables?: Record<string, unknown> } | undefined)?.Variables ?? {};
      expect({ id, unexpected: Object.keys(variables).filter((variable) => !plainVariables.includes(variable)) }).toEqual({
        id,
        unexpected: [],
      });
      expect(JSON.stringify(variables)).not.toMatch(/resolve:secretsmanager|resolve:ssm|password/i);
    }
  });

  it('has no secret in the environment of a service: those come by reference, and from no other place', () => {
    const definitions = stageOf(name).resources('AWS::ECS::TaskDefinition');
    expect(definitions).toHaveLength(2);
    for (const [id, { Properties }] of definitions) {
      const [container] = Properties.ContainerDefinitions as ContainerDefinition[];
      const variables = container?.Environment ?? [];
      expect({
        id,
        unexpected: variables.map(({ Name }) => Name).filter((variable) => !plainVariables.includes(variable)),
      }).toEqual({
        id,
        unexpected: [],
      });
      expect(JSON.stringify(variables)).not.toMatch(/resolve:secretsmanager|resolve:ssm|password/i);
      expect(container?.Secrets?.map(({ Name }) => Name)).toEqual(['DATA_PLANE_SECRET', 'REDIS_PASSWORD']);
      for (const { ValueFrom } of container?.Secrets ?? []) {
        expect(JSON.stringify(ValueFrom)).toMatch(/-secrets:ExportsOutputRef(DataPlane|CachePassword)/);
      }
    }
  });

  it('names a password in no template: the cache has a reference that is looked up at deployment', () => {
    for (const template of Object.values(stageOf(name).templates)) {
      const text = JSON.stringify(template.toJSON());
      const references = [...text.matchAll(/\{\{resolve:secretsmanager:/g)].length;
      expect(references).toBe(template === stageOf(name).templates.cache ? 1 : 0);
    }
    stageOf(name).templates.secrets.allResourcesProperties('AWS::SecretsManager::Secret', {
      SecretString: Match.absent(),
      GenerateSecretString: Match.objectLike({ ExcludePunctuation: true }),
    });
  });

  it('encrypts what it keeps: table, database, topic and queue', () => {
    const stage = stageOf(name);
    const encryption = (type: string, ...properties: string[]) =>
      stage.resources(type).map(([, { Properties }]) => Object.fromEntries(properties.map((key) => [key, Properties[key]])));
    const ourKey = { 'Fn::GetAtt': [expect.stringMatching(/^EncryptionKey/), 'Arn'] };
    expect(encryption('AWS::DynamoDB::Table', 'SSESpecification')).toEqual([
      { SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: ourKey } },
    ]);
    expect(encryption('AWS::RDS::DBInstance', 'StorageEncrypted', 'KmsKeyId', 'PerformanceInsightsKMSKeyId')).toEqual([
      { StorageEncrypted: true, KmsKeyId: ourKey, PerformanceInsightsKMSKeyId: ourKey },
    ]);
    expect(encryption('AWS::SNS::Topic', 'KmsMasterKeyId')).toEqual([{ KmsMasterKeyId: ourKey }]);
    for (const queue of encryption('AWS::SQS::Queue', 'SqsManagedSseEnabled'))
      expect(queue).toEqual({ SqsManagedSseEnabled: true });
    expect(
      encryption(
        'AWS::ElastiCache::ReplicationGroup',
        'AtRestEncryptionEnabled',
        'TransitEncryptionEnabled',
        'TransitEncryptionMode',
      ),
    ).toEqual([{ AtRestEncryptionEnabled: true, TransitEncryptionEnabled: true, TransitEncryptionMode: 'required' }]);
    for (const [, { Properties }] of stage.resources('AWS::ElastiCache::ReplicationGroup')) {
      expect(JSON.stringify(Properties.KmsKeyId)).toContain('-data:ExportsOutputRefEncryptionKey');
    }
    for (const [, { Properties }] of stage.resources('AWS::SecretsManager::Secret')) expect(Properties.KmsKeyId).toEqual(ourKey);
    for (const [, { Properties }] of stage.resources('AWS::S3::Bucket')) {
      expect(Properties).toMatchObject({
        BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      });
    }
  });

  it('keeps access logs as long as others, and what was replaced in the dashboard for a month', () => {
    const rules = Object.fromEntries(
      stageOf(name)
        .resources('AWS::S3::Bucket')
        .map(([id, { Properties }]) => [id.replace(/[0-9A-F]{8}$/, ''), Properties.LifecycleConfiguration]),
    );
    const logs = { Rules: [{ ExpirationInDays: name === 'prod' ? 365 : 14, Status: 'Enabled' }] };
    expect(rules).toEqual({
      'frontend/Files': { Rules: [{ NoncurrentVersionExpiration: { NoncurrentDays: 30 }, Status: 'Enabled' }] },
      'frontend/FileLogsBucket': logs,
      'frontend/AccessLogsBucket': logs,
      'dataPlane/McpAccessLogsBucket': logs,
      'dataPlane/FrontAccessLogsBucket': logs,
    });
  });

  it('takes queues by TLS alone and puts aside what fails, with an alarm', () => {
    const stage = stageOf(name);
    const queues = stage.resources('AWS::SQS::Queue');
    const withoutDeadLetters = queues.filter(([, { Properties }]) => Properties.RedrivePolicy === undefined).map(([id]) => id);
    expect(withoutDeadLetters.map((id) => id.replace(/[0-9A-F]{8}$/, '')).sort()).toEqual([
      'messages/ManagerPutAside',
      'messages/UsagePutAside',
      'workflow/FailedExecutions',
    ]);
    for (const [id] of queues) {
      const policies = stage
        .resources('AWS::SQS::QueuePolicy')
        .filter(([, { Properties }]) => JSON.stringify(Properties.Queues).includes(id.split('/')[1] ?? ''));
      expect(JSON.stringify(policies)).toContain('"aws:SecureTransport":"false"');
    }
    for (const id of withoutDeadLetters) {
      const watched = stage
        .resources('AWS::CloudWatch::Alarm')
        .filter(([, { Properties }]) => JSON.stringify(Properties.Dimensions ?? '').includes(id.split('/')[1] ?? ''));
      expect({ id, alarms: watched.map(([, { Properties }]) => Properties.MetricName) }).toEqual({
        id,
        alarms: ['ApproximateNumberOfMessagesVisible'],
      });
    }
  });

  it('rotates its keys', () => {
    const keys = stageOf(name).resources('AWS::KMS::Key');
    expect(keys).toHaveLength(3);
    for (const [, { Properties }] of keys) expect(Properties).toMatchObject({ EnableKeyRotation: true, PendingWindowInDays: 30 });
  });

  it('tells somebody when an alarm sounds, and what to look at', () => {
    for (const [, { Properties }] of stageOf(name).resources('AWS::CloudWatch::Alarm')) {
      expect(Properties.AlarmActions).toEqual([{ 'Fn::ImportValue': expect.stringContaining('observability') }]);
      expect(Properties.AlarmDescription).toMatch(/\w/);
    }
  });
});

describe('the network', () => {
  it.each([
    ['dev', 2, 1],
    ['prod', 3, 3],
  ] as const)('of %s spans %i zones with %i NAT gateways', (name, zones, gateways) => {
    const { network } = stageOf(name).templates;
    network.resourceCountIs('AWS::EC2::Subnet', zones * 4);
    network.resourceCountIs('AWS::EC2::NatGateway', gateways);
  });

  it('gives no address of its own to the outside, closes the default security group and records flows', () => {
    const { network } = stageOf('prod').templates;
    network.allResourcesProperties('AWS::EC2::Subnet', { MapPublicIpOnLaunch: false });
    network.resourceCountIs('Custom::VpcRestrictDefaultSG', 1);
    network.hasResourceProperties('AWS::EC2::FlowLog', { ResourceType: 'VPC', TrafficType: 'ALL' });
  });

  it('reaches DynamoDB and S3 without NAT, and more services in prod', () => {
    const types = (name: 'dev' | 'prod') =>
      stageOf(name)
        .resources('AWS::EC2::VPCEndpoint')
        .map(([, { Properties }]) => Properties.VpcEndpointType)
        .sort();
    expect(types('dev')).toEqual(['Gateway', 'Gateway']);
    expect(types('prod')).toEqual(['Gateway', 'Gateway', 'Interface', 'Interface', 'Interface', 'Interface']);
  });

  it.each(['dev', 'prod'] as const)('of %s lets nobody in from everywhere', (name) => {
    const stage = stageOf(name);
    const inline = stage
      .resources('AWS::EC2::SecurityGroup')
      .flatMap(([id, { Properties }]) => ((Properties.SecurityGroupIngress ?? []) as object[]).map((rule) => ({ id, ...rule })));
    const rules = [
      ...inline,
      ...stage.resources('AWS::EC2::SecurityGroupIngress').map(([id, { Properties }]) => ({ id, ...Properties })),
    ];
    expect(rules.filter((rule) => 'CidrIp' in rule && rule.CidrIp === '0.0.0.0/0')).toEqual([]);
    expect(rules.filter((rule) => 'CidrIpv6' in rule)).toEqual([]);
  });
});

describe('the data', () => {
  it.each([
    ['dev', false, 'Delete'],
    ['prod', true, 'Retain'],
  ] as const)('of %s: protected from deletion is %s, and when the stack goes: %s', (name, isProtected, policy) => {
    const { data, auth } = stageOf(name).templates;
    data.hasResource('AWS::DynamoDB::Table', { DeletionPolicy: policy, Properties: { DeletionProtectionEnabled: isProtected } });
    data.hasResource('AWS::RDS::DBInstance', { DeletionPolicy: policy, Properties: { DeletionProtection: isProtected } });
    auth.hasResource('AWS::Cognito::UserPool', {
      DeletionPolicy: policy,
      Properties: { DeletionProtection: isProtected ? 'ACTIVE' : 'INACTIVE' },
    });
    for (const [, key] of stageOf(name).resources('AWS::KMS::Key')) expect(key.DeletionPolicy).toBe(policy);
    for (const stack of Object.values(stageOf(name).stacks)) expect(stack.terminationProtection).toBe(isProtected);
  });

  it('that stays when the stacks go is what docs/operations.md lists for stage prod, and nothing in stage dev', () => {
    const staying = (name: 'dev' | 'prod') =>
      Object.values(stageOf(name).templates)
        .flatMap((template) => Object.values(template.toJSON().Resources ?? {}) as { Type: string; DeletionPolicy?: string }[])
        .filter(({ DeletionPolicy = 'Delete' }) => DeletionPolicy !== 'Delete')
        .map(({ Type }) => Type);
    expect(staying('dev')).toEqual([]);
    const prod = staying('prod');
    const many = new Set(['AWS::Logs::LogGroup', 'AWS::S3::Bucket']);
    expect(prod.filter((type) => !many.has(type)).sort()).toEqual([
      'AWS::Cognito::UserPool',
      'AWS::DynamoDB::Table',
      ...Array(3).fill('AWS::KMS::Key'),
      'AWS::RDS::DBInstance',
      'AWS::RDS::DBSubnetGroup',
      ...Array(3).fill('AWS::SecretsManager::Secret'),
    ]);
    for (const type of many) expect(prod).toContain(type);
  });

  it.each([
    ['dev', 7],
    ['prod', 35],
  ] as const)('table of %s forgets by ttl and can be restored to any second of %i days', (name, days) => {
    stageOf(name).templates.data.hasResourceProperties('AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: days },
    });
  });

  it('database has no public address, no password of ours, and takes TLS only', () => {
    const { data } = stageOf('prod').templates;
    data.hasResourceProperties('AWS::RDS::DBInstance', {
      PubliclyAccessible: false,
      EnableIAMDatabaseAuthentication: true,
      ManageMasterUserPassword: true,
      MasterUserPassword: Match.absent(),
      MultiAZ: true,
      BackupRetentionPeriod: 35,
      DeleteAutomatedBackups: false,
    });
    data.hasResourceProperties('AWS::RDS::DBParameterGroup', { Parameters: Match.objectLike({ 'rds.force_ssl': '1' }) });
    data.resourceCountIs('AWS::SecretsManager::Secret', 0);
  });

  it('database lies in subnets without a way out', () => {
    const { network, data } = stageOf('prod').templates;
    const isolated = Object.entries(network.findResources('AWS::EC2::Subnet'))
      .filter(([id]) => id.includes('isolated'))
      .map(([id]) => id);
    const groups = Object.values(data.findResources('AWS::RDS::DBSubnetGroup'));
    const subnets = JSON.stringify(groups[0]?.Properties.SubnetIds);
    expect(isolated.filter((id) => subnets.includes(id))).toHaveLength(3);
    expect(groups[0]?.Properties.SubnetIds).toHaveLength(3);

    const routes = JSON.stringify(Object.values(network.findResources('AWS::EC2::Route')));
    for (const id of Object.keys(network.findResources('AWS::EC2::RouteTable')).filter((table) => table.includes('isolated'))) {
      expect(routes).not.toContain(id);
    }
  });

  it('database accepts PostgreSQL from its clients and nothing else', () => {
    const ingress = stageOf('prod')
      .resources('AWS::EC2::SecurityGroupIngress')
      .filter(([id]) => id.startsWith('data/'));
    expect(ingress.map(([, { Properties }]) => Properties)).toEqual([
      expect.objectContaining({
        FromPort: 5432,
        ToPort: 5432,
        SourceSecurityGroupId: { 'Fn::GetAtt': [expect.stringMatching(/^DatabaseClients/), 'GroupId'] },
      }),
    ]);
  });

  it("database's log group is the one RDS writes to, and is there first", () => {
    const { data } = stageOf('dev').templates;
    const [logGroup] = Object.keys(
      data.findResources('AWS::Logs::LogGroup', {
        Properties: { LogGroupName: '/aws/rds/instance/smartlead-mcp-dev-billing/postgresql' },
      }),
    );
    data.hasResource('AWS::RDS::DBInstance', {
      DependsOn: Match.arrayWith([logGroup]),
      Properties: { DBInstanceIdentifier: 'smartlead-mcp-dev-billing', EnableCloudwatchLogsExports: ['postgresql'] },
    });
  });
});

describe('the accounts', () => {
  it('sign in by verified e-mail with a strong password, and with a second factor if they like', () => {
    stageOf('prod').templates.auth.hasResourceProperties('AWS::Cognito::UserPool', {
      UsernameAttributes: ['email'],
      AutoVerifiedAttributes: ['email'],
      MfaConfiguration: 'OPTIONAL',
      EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
      AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] },
      Policies: {
        PasswordPolicy: Match.objectLike({
          MinimumLength: 12,
          RequireLowercase: true,
          RequireUppercase: true,
          RequireNumbers: true,
        }),
      },
    });
    stageOf('prod').templates.auth.hasResourceProperties('AWS::Cognito::UserPoolGroup', { GroupName: 'operators' });
  });

  it('keep the address that they were signed up with, as the platform does, whatever token asks', () => {
    stageOf('prod').templates.auth.hasResourceProperties('AWS::Cognito::UserPool', {
      Schema: Match.arrayWith([{ Name: 'email', Required: true, Mutable: false }]),
    });
    // Cognito refuses clients that may not write what is required, as it is written at sign-up.
    stageOf('prod').templates.auth.hasResourceProperties('AWS::Cognito::UserPoolClient', { WriteAttributes: ['email', 'name'] });
  });

  it.each(['dev', 'prod'] as const)(
    'of %s: the dashboard has no secret, never sends the password, and says nothing about others',
    (name) => {
      stageOf(name).templates.auth.hasResourceProperties('AWS::Cognito::UserPoolClient', {
        GenerateSecret: false,
        ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'],
        PreventUserExistenceErrors: 'ENABLED',
        EnableTokenRevocation: true,
        RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 10 },
        AccessTokenValidity: 15,
      });
    },
  );

  it.each([
    ['dev', ['http://localhost:5173']],
    ['prod', []],
  ] as const)('of %s: use the code flow, never the implicit one, and come back to the dashboard alone', (name, others) => {
    const distribution = { 'Fn::ImportValue': Match.stringLikeRegexp('-frontend:ExportsOutputFnGetAttDistribution') };
    stageOf(name).templates.auth.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      AllowedOAuthFlows: ['code'],
      CallbackURLs: [{ 'Fn::Join': ['', ['https://', distribution]] }, ...others],
    });
  });
});

describe('alarms', () => {
  it('may be published by CloudWatch of this account, through an encrypted topic', () => {
    const { observability } = stageOf('prod').templates;
    const fromCloudWatch = {
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    };
    observability.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ ...fromCloudWatch, Action: 'sns:Publish' })]) },
    });
    observability.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([Match.objectLike({ ...fromCloudWatch, Action: ['kms:Decrypt', 'kms:GenerateDataKey*'] })]),
      },
    });
  });
});

/** Variables that hold names and places, never a secret. */
const plainVariables = [
  'SERVICE_VERSION',
  'STAGE',
  'SIGN_UPS',
  'PUBLIC_URL',
  'DASHBOARD_URL',
  'TABLE_NAME',
  'SECRET_NAME_PREFIX',
  'SECRETS_KEY_ARN',
  'LIFECYCLE_ARN',
  'MANAGER_QUEUE_URL',
  'USAGE_QUEUE_URL',
  'DATA_PLANE_SECRET_ARN',
  'POOL_SECRET_ARN',
  'CLUSTER',
  'INSTANCE_IMAGE',
  'INSTANCE_SUBNETS',
  'INSTANCE_SECURITY_GROUPS',
  'INSTANCE_EXECUTION_ROLE_ARN',
  'INSTANCE_TASK_ROLE_ARN',
  'INSTANCE_LOG_GROUP',
  'TASK_FAMILY_PREFIX',
  'WARM_POOL_SIZE',
  'MAIL_FROM',
  'REDIS_URL',
  'AWS_REGION',
  'DATABASE_HOST',
  'DATABASE_PORT',
  'DATABASE_NAME',
  'DATABASE_CA_FILE',
  'MASTER_USER_SECRET_ARN',
  'PORT',
  'HOP_PORT',
];

interface ContainerDefinition {
  Environment?: { Name: string }[];
  Secrets?: { Name: string; ValueFrom: unknown }[];
}

/** All functions but those that the toolkit brings along to work around gaps of CloudFormation; they run at deployment only. */
function ownFunctions(stage: SynthesizedStage) {
  return stage
    .resources('AWS::Lambda::Function')
    .filter(([id]) => !/CustomResourceProvider|\/(AWS679f53fac002430cb0da5b7982bd2287|CustomCDKBucketDeployment)/.test(id));
}
