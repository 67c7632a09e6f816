import { Match } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routerPartitions } from '../../core/platform-table.ts';
import { placeholderBundles, type SynthesizedStage, synthesizeStage } from './synthesized-stage.ts';

const synthesized: Partial<Record<Kind, SynthesizedStage>> = {};
let removeBundles: () => Promise<void>;

const kinds = ['without a domain', 'in a domain'] as const;
type Kind = (typeof kinds)[number];

beforeAll(async () => {
  const bundles = await placeholderBundles();
  removeBundles = bundles.remove;
  const domain = { domainName: 'smartlead.example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ', hostedZoneName: 'example.com' };
  synthesized['without a domain'] = await synthesizeStage('dev', { functionBundles: bundles.folder });
  synthesized['in a domain'] = await synthesizeStage('prod', { functionBundles: bundles.folder, overrides: domain });
});
afterAll(() => removeBundles());

function deployment(kind: Kind): SynthesizedStage {
  const stage = synthesized[kind];
  if (stage === undefined) throw new Error(`the deployment ${kind} was not synthesised`);
  return stage;
}

interface Rule {
  group: string;
  peer: string;
  ports: string;
}

/** Which group lets in whom, or speaks to whom, in all stacks: groups by their names, everything else by its range. */
function rules(stage: SynthesizedStage, direction: 'Ingress' | 'Egress'): Rule[] {
  const name = (reference: unknown): string =>
    /Groups([A-Z][a-z]+(?:[A-Z][a-z]+)?)[0-9A-F]{8}/.exec(JSON.stringify(reference))?.[1] ??
    /(DatabaseClients|DatabaseServer|OriginGroup|CidrBlock)/.exec(JSON.stringify(reference))?.[1] ??
    String(reference);
  const ports = ({ FromPort, ToPort }: Record<string, unknown>): string =>
    FromPort === ToPort ? `${FromPort}` : `${FromPort}-${ToPort}`;
  const inline = stage.resources('AWS::EC2::SecurityGroup').flatMap(([id, { Properties }]) =>
    ((Properties[`SecurityGroup${direction}`] ?? []) as Record<string, unknown>[]).map((rule) => ({
      group: name(id),
      peer: name(rule.CidrIp),
      ports: ports(rule),
    })),
  );
  const alone = stage.resources(`AWS::EC2::SecurityGroup${direction}`).map(([, { Properties }]) => ({
    group: name(Properties.GroupId),
    peer: name(Properties.CidrIp ?? Properties.SourceSecurityGroupId ?? Properties.DestinationSecurityGroupId),
    ports: ports(Properties),
  }));
  // How the toolkit writes "nothing at all".
  return [...inline, ...alone].filter(({ peer }) => peer !== '255.255.255.255/32');
}

const into = (stage: SynthesizedStage, group: string): string[] =>
  rules(stage, 'Ingress')
    .filter((rule) => rule.group === group)
    .map(({ peer, ports }) => `${peer} at ${ports}`)
    .sort();

const outOf = (stage: SynthesizedStage, group: string): string[] =>
  rules(stage, 'Egress')
    .filter((rule) => rule.group === group)
    .map(({ peer, ports }) => `${peer} at ${ports}`)
    .sort();

describe.each(kinds)('who may speak to whom, %s', (kind) => {
  it('instances listen to routers, manager and lifecycle, and nobody else', () => {
    expect(into(deployment(kind), 'Instances')).toEqual(['Manager at 3000', 'Router at 3000', 'TaskFunctions at 3000']);
  });

  it('instances speak to the internet by HTTPS, and to nothing in the private network but endpoints that start them', () => {
    const allowed = outOf(deployment(kind), 'Instances');
    const ranges = allowed.filter((rule) => /^\d/.test(rule));
    expect(ranges).toHaveLength(16);
    for (const range of ranges) expect(range).toMatch(/ at 443$/);
    expect(ranges.filter((range) => /^(0\.0\.0\.0\/0|10\.64\.)/.test(range))).toEqual([]);
    expect(allowed.filter((rule) => !ranges.includes(rule))).toEqual(kind === 'in a domain' ? ['Endpoints at 443'] : []);
  });

  it('routers listen to the load balancer and to each other', () => {
    expect(into(deployment(kind), 'Router')).toEqual(['LoadBalancer at 8080', 'Router at 8081']);
    expect(outOf(deployment(kind), 'Router')).toEqual([
      '0.0.0.0/0 at 443',
      'Cache at 6379',
      'Instances at 3000',
      'Router at 8081',
    ]);
  });

  it('the cache listens to routers and manager, and says nothing of itself', () => {
    expect(into(deployment(kind), 'Cache')).toEqual(['Manager at 6379', 'Router at 6379']);
    expect(outOf(deployment(kind), 'Cache')).toEqual([]);
  });

  it('manager and lifecycle functions listen to nobody', () => {
    expect([...into(deployment(kind), 'Manager'), ...into(deployment(kind), 'TaskFunctions')]).toEqual([]);
  });

  it('the load balancer speaks to routers alone', () => {
    expect(outOf(deployment(kind), 'LoadBalancer')).toEqual(['Router at 8080']);
    expect(into(deployment(kind), 'LoadBalancer')).toEqual(
      kind === 'in a domain' ? ['0.0.0.0/0 at 443', '0.0.0.0/0 at 80'] : ['OriginGroup at 80'],
    );
  });
});

describe('the way in', () => {
  it('in a domain is a public load balancer with the newest TLS and nothing but the doors of instances behind it', () => {
    const { dataPlane } = deployment('in a domain').templates;
    dataPlane.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme: 'internet-facing' });
    dataPlane.resourceCountIs('AWS::CloudFront::Distribution', 0);
    dataPlane.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 443,
      Protocol: 'HTTPS',
      SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09',
      DefaultActions: [
        Match.objectLike({ Type: 'fixed-response', FixedResponseConfig: Match.objectLike({ StatusCode: '404' }) }),
      ],
    });
    dataPlane.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 80,
      DefaultActions: [{ Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' } }],
    });
    dataPlane.hasResourceProperties('AWS::CertificateManager::Certificate', {
      DomainName: 'mcp.smartlead.example.com',
      ValidationMethod: 'DNS',
    });
    dataPlane.hasResourceProperties('AWS::Route53::RecordSet', { Name: 'mcp.smartlead.example.com.', Type: 'A' });
    dataPlane.hasOutput('McpUrl', { Value: 'https://mcp.smartlead.example.com' });
  });

  it('without one is CloudFront, which reaches an internal load balancer inside the private network', () => {
    const { dataPlane } = deployment('without a domain').templates;
    dataPlane.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme: 'internal' });
    dataPlane.resourceCountIs('AWS::CloudFront::VpcOrigin', 1);
    dataPlane.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: Match.objectLike({
        DefaultCacheBehavior: Match.objectLike({ Compress: false, ViewerProtocolPolicy: 'https-only' }),
        Origins: [Match.objectLike({ ConnectionAttempts: 1, VpcOriginConfig: Match.objectLike({ OriginReadTimeout: 120 }) })],
      }),
    });
    dataPlane.hasOutput('McpUrl', { Value: { 'Fn::Join': ['', ['https://', Match.objectLike({})]] } });
  });

  it.each(kinds)('%s holds streams, drops odd headers, keeps a log and hands on the doors alone', (kind) => {
    const { dataPlane } = deployment(kind).templates;
    const attribute = (Key: string, Value: unknown) => ({ Key, Value });
    dataPlane.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
      LoadBalancerAttributes: Match.arrayWith([
        attribute('deletion_protection.enabled', kind === 'in a domain' ? 'true' : 'false'),
        attribute('routing.http2.enabled', 'true'),
        attribute('idle_timeout.timeout_seconds', '4000'),
        attribute('routing.http.drop_invalid_header_fields.enabled', 'true'),
        attribute('access_logs.s3.enabled', 'true'),
      ]),
    });
    dataPlane.resourceCountIs('AWS::ElasticLoadBalancingV2::ListenerRule', 1);
    dataPlane.hasResourceProperties('AWS::ElasticLoadBalancingV2::ListenerRule', {
      Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/i/*'] } }],
      Actions: [Match.objectLike({ Type: 'forward' })],
    });
    dataPlane.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
      HealthCheckPath: '/readyz',
      TargetType: 'ip',
      TargetGroupAttributes: Match.arrayWith([attribute('deregistration_delay.timeout_seconds', '60')]),
    });
  });
});

describe.each(kinds)('what runs, %s', (kind) => {
  const prod = kind === 'in a domain';

  it('is in private subnets without a public address, and is rolled back where it does not come up', () => {
    const services = deployment(kind).resources('AWS::ECS::Service');
    expect(services).toHaveLength(2);
    for (const [, { Properties }] of services) {
      expect(Properties).toMatchObject({
        NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'DISABLED' } },
        DeploymentConfiguration: { MinimumHealthyPercent: 100, DeploymentCircuitBreaker: { Enable: true, Rollback: true } },
        DesiredCount: prod ? 2 : 1,
        CapacityProviderStrategy: [{ CapacityProvider: prod ? 'FARGATE' : 'FARGATE_SPOT' }],
      });
      const { Subnets } = (Properties.NetworkConfiguration as { AwsvpcConfiguration: { Subnets: unknown[] } })
        .AwsvpcConfiguration;
      for (const subnet of Subnets) expect(JSON.stringify(subnet)).toMatch(/Vpcprivate/);
    }
  });

  it('runs on Graviton, writes no file, has no capability and gets two minutes to end', () => {
    const definitions = deployment(kind).resources('AWS::ECS::TaskDefinition');
    expect(definitions.map(([, { Properties }]) => Properties.Family).sort()).toEqual([
      `manager-smartlead-mcp-${prod ? 'prod' : 'dev'}`,
      `router-smartlead-mcp-${prod ? 'prod' : 'dev'}`,
    ]);
    for (const [, { Properties }] of definitions) {
      expect(Properties).toMatchObject({
        RuntimePlatform: { CpuArchitecture: 'ARM64' },
        NetworkMode: 'awsvpc',
        ContainerDefinitions: [
          { ReadonlyRootFilesystem: true, StopTimeout: 120, LinuxParameters: { Capabilities: { Drop: ['ALL'] } } },
        ],
      });
    }
  });

  it('has more routers where there are more streams or more work', () => {
    const { dataPlane } = deployment(kind).templates;
    dataPlane.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
      MinCapacity: prod ? 2 : 1,
      MaxCapacity: prod ? 20 : 2,
    });
    dataPlane.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      TargetTrackingScalingPolicyConfiguration: Match.objectLike({
        CustomizedMetricSpecification: {
          Namespace: 'SmartleadMcp/Router',
          MetricName: 'StreamsOpen',
          Statistic: 'Average',
          Dimensions: [{ Name: 'Stage', Value: prod ? 'prod' : 'dev' }],
        },
        TargetValue: 4000,
      }),
    });
    dataPlane.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      TargetTrackingScalingPolicyConfiguration: Match.objectLike({
        PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
      }),
    });
  });

  it('keeps instances in a cluster of their own, with spare capacity for those whose plan takes it', () => {
    const { dataPlane } = deployment(kind).templates;
    const stage = prod ? 'prod' : 'dev';
    expect(
      deployment(kind)
        .resources('AWS::ECS::Cluster')
        .map(([, { Properties }]) => [Properties.ClusterName, Properties.ClusterSettings]),
    ).toEqual([
      [`smartlead-mcp-${stage}-platform`, [{ Name: 'containerInsights', Value: 'enhanced' }]],
      [`smartlead-mcp-${stage}`, [{ Name: 'containerInsights', Value: 'disabled' }]],
    ]);
    dataPlane.allResourcesProperties('AWS::ECS::ClusterCapacityProviderAssociations', {
      CapacityProviders: ['FARGATE', 'FARGATE_SPOT'],
    });
  });

  it('lies in the cache with a user of its own, in subnets without a way out', () => {
    const { cache } = deployment(kind).templates;
    cache.hasResourceProperties('AWS::ElastiCache::ReplicationGroup', {
      Engine: 'valkey',
      NumCacheClusters: prod ? 2 : 1,
      MultiAZEnabled: prod,
      AutomaticFailoverEnabled: prod,
      UserGroupIds: [{ Ref: 'Users' }],
    });
    cache.hasResourceProperties('AWS::ElastiCache::User', {
      UserName: 'platform',
      AccessString: Match.stringLikeRegexp('-@admin -@dangerous$'),
      AuthenticationMode: { Type: 'password' },
    });
    cache.hasResourceProperties('AWS::ElastiCache::UserGroup', { UserIds: [{ Ref: 'User' }] });
    const [subnets] = Object.values(cache.findResources('AWS::ElastiCache::SubnetGroup'));
    for (const subnet of subnets?.Properties.SubnetIds ?? []) expect(JSON.stringify(subnet)).toMatch(/Vpcisolated/);
  });
});

describe('the roles of instances', () => {
  const roles = (kind: Kind) => deployment(kind).templates.dataPlane.findResources('AWS::IAM::Role');
  const [execution, task] = ['InstancesExecutionRole', 'InstancesTaskRole'];
  const roleId = (kind: Kind, prefix: string | undefined): string =>
    Object.keys(roles(kind)).find((id) => id.startsWith(prefix ?? '?')) ?? 'no such role';

  it.each(kinds)('%s: the one of the container may do nothing', (kind) => {
    const id = roleId(kind, task);
    const role = roles(kind)[id]?.Properties;
    expect(role).toBeDefined();
    expect([role?.Policies, role?.ManagedPolicyArns]).toEqual([undefined, undefined]);
    for (const [policy, { Properties }] of deployment(kind).resources('AWS::IAM::Policy')) {
      expect({ policy, given: JSON.stringify(Properties.Roles).includes(id) }).toEqual({ policy, given: false });
    }
    expect(deployment(kind).resources('AWS::IAM::ManagedPolicy')).toEqual([]);
  });

  it.each(kinds)('%s: both are for ECS of this account alone', (kind) => {
    for (const prefix of [execution, task]) {
      expect(roles(kind)[roleId(kind, prefix)]?.Properties.AssumeRolePolicyDocument.Statement).toEqual([
        expect.objectContaining({
          Principal: { Service: 'ecs-tasks.amazonaws.com' },
          Condition: expect.objectContaining({ StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } }),
        }),
      ]);
    }
  });
});

describe('what instances write', () => {
  it('reaches a function, which nobody else may call', () => {
    const { dataPlane } = deployment('in a domain').templates;
    dataPlane.hasResourceProperties('AWS::Logs::SubscriptionFilter', {
      LogGroupName: { Ref: Match.stringLikeRegexp('^InstancesLogs') },
      DestinationArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^InstanceLogsFunction'), 'Arn'] },
      FilterPattern: '',
    });
    const permissions = Object.values(dataPlane.findResources('AWS::Lambda::Permission'));
    expect(permissions.map(({ Properties }) => [Properties.Principal, JSON.stringify(Properties.SourceArn)])).toEqual([
      ['logs.amazonaws.com', expect.stringContaining('InstancesLogs')],
    ]);
  });
});

it('routers read three kinds of partitions', () => {
  expect(routerPartitions).toEqual(['token#', 'instance#', 'changes#']);
});
