import { ArnFormat, CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { HttpCodeElb, HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { acceptFinding } from '../constructs/accepted-findings.ts';
import { type AccessibleResources, accessStatements } from '../constructs/access-policy.ts';
import type { InstanceTasks } from '../constructs/instance-access.ts';
import { InstanceLogs } from '../constructs/instance-logs.ts';
import { InstanceRuntime } from '../constructs/instance-runtime.ts';
import { McpDistribution } from '../constructs/mcp-distribution.ts';
import { McpLoadBalancer } from '../constructs/mcp-load-balancer.ts';
import type { NetworkGroups } from '../constructs/network-groups.ts';
import { routerMetric } from '../constructs/platform-metrics.ts';
import { PlatformService } from '../constructs/platform-service.ts';
import { alarmPeriod, ServiceAlarm } from '../constructs/service-alarm.ts';
import type { WebFirewall } from '../constructs/web-firewall.ts';
import { serviceAccess } from '../function-access.ts';
import { queueEnvironment, sharedEnvironment } from '../function-environment.ts';
import { instanceClusterArn, instanceClusterName, platformClusterName, taskFamilyPrefix } from '../names.ts';
import { routerHopPort, routerPort } from '../network-ports.ts';
import type { CacheAccess } from './cache.ts';

export interface DataPlaneStackProps extends StackProps {
  settings: Settings;
  functionBundles: string;
  vpc: ec2.IVpc;
  groups: NetworkGroups;
  resources: AccessibleResources & Required<Pick<AccessibleResources, 'queues'>>;
  cache: CacheAccess;
  /** Where customers open the dashboard. */
  dashboardUrl: string;
  alarmTopic: ITopic;
  /** In front of CloudFront, where that is in front of the load balancer. */
  firewallArn: string;
}

/** What MCP clients reach: load balancer and routers; and what instances run with. */
export class DataPlaneStack extends Stack {
  /** Base of the URLs that customers paste into MCP clients, such as `https://mcp.example.com`. */
  readonly mcpUrl: string;
  /** Of the platform's own services. Instances have one to themselves. */
  readonly platformCluster: ecs.ICluster;
  readonly runtime: InstanceRuntime;
  readonly loadBalancer: McpLoadBalancer;
  readonly router: ecs.FargateService;

  constructor(scope: Construct, id: string, { settings, ...props }: DataPlaneStackProps) {
    super(scope, id, props);
    this.platformCluster = new ecs.Cluster(this, 'PlatformCluster', {
      vpc: props.vpc,
      clusterName: platformClusterName(settings),
      containerInsightsV2: ecs.ContainerInsights.ENHANCED,
      enableFargateCapacityProviders: true,
      // The toolkit's class fits its own interface only without exactOptionalPropertyTypes.
    }) as ecs.ICluster;
    const instances = new ecs.Cluster(this, 'InstanceCluster', {
      vpc: props.vpc,
      clusterName: instanceClusterName(settings),
      containerInsightsV2: settings.instanceInsights ? ecs.ContainerInsights.ENABLED : ecs.ContainerInsights.DISABLED,
      enableFargateCapacityProviders: true,
    });
    if (!settings.instanceInsights) {
      acceptFinding(
        instances,
        'ECS4',
        'They would cost more than a small instance itself; instances are measured by the platform.',
      );
    }
    this.runtime = new InstanceRuntime(this, 'Instances', {
      settings,
      vpc: props.vpc,
      securityGroup: props.groups.instances,
      customerSecretsArnPattern: props.resources.secretsArnPattern,
      secretsKey: props.resources.secretsKey,
      warmPoolSecret: props.resources.platformSecrets['warm-pool'],
    });
    new InstanceLogs(this, 'InstanceLogs', {
      settings,
      functionBundles: props.functionBundles,
      logGroup: this.runtime.logGroup,
      resources: props.resources,
      alarmTopic: props.alarmTopic,
    });

    this.loadBalancer = new McpLoadBalancer(this, 'Mcp', {
      settings,
      vpc: props.vpc,
      securityGroup: props.groups.loadBalancer,
    });
    if (this.loadBalancer.firewall !== undefined) this.#watchFirewall(settings, this.loadBalancer.firewall, props.alarmTopic);
    this.mcpUrl = `https://${this.loadBalancer.host ?? this.#nameByCloudFront(settings, props)}`;
    this.router = this.#runRouters(settings, props);
    new CfnOutput(this, 'McpUrl', { value: this.mcpUrl });
  }

  /** What tells instances from everything else, for the permissions of others. */
  instanceTasks(settings: Settings): InstanceTasks {
    return {
      clusterArn: instanceClusterArn(this, settings),
      tasksArnPattern: this.formatArn({ service: 'ecs', resource: 'task', resourceName: `${instanceClusterName(settings)}/*` }),
      definitionsArnPattern: this.formatArn({
        service: 'ecs',
        resource: 'task-definition',
        resourceName: `${taskFamilyPrefix(settings)}-*:*`,
        arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
      }),
      roleArns: [this.runtime.executionRole.roleArn, this.runtime.taskRole.roleArn],
    };
  }

  #nameByCloudFront(
    settings: Settings,
    { vpc, groups, firewallArn }: Pick<DataPlaneStackProps, 'vpc' | 'groups' | 'firewallArn'>,
  ): string {
    const { distribution } = new McpDistribution(this, 'Front', {
      settings,
      vpc,
      firewallArn,
      loadBalancer: this.loadBalancer.loadBalancer,
      loadBalancerGroup: groups.loadBalancer,
    });
    return distribution.distributionDomainName;
  }

  #watchFirewall(settings: Settings, firewall: WebFirewall, topic: ITopic): void {
    new ServiceAlarm(this, 'FirewallBlocks', {
      topic,
      metric: new cloudwatch.Metric({
        namespace: 'AWS/WAFV2',
        metricName: 'BlockedRequests',
        dimensionsMap: { WebACL: firewall.metricName, Region: settings.region, Rule: 'ALL' },
        statistic: 'Sum',
        period: alarmPeriod,
      }),
      description:
        'The firewall refuses many requests: an attack, or a rule that refuses customers. Look at its log group, by rule and address.',
      threshold: 5_000,
    });
  }

  #runRouters(settings: Settings, props: Omit<DataPlaneStackProps, 'settings'>): ecs.FargateService {
    const { resources, cache } = props;
    const { service } = new PlatformService(this, 'Router', {
      settings,
      cluster: this.platformCluster,
      securityGroup: props.groups.router,
      image: 'router',
      cpu: settings.routerCpu,
      memory: settings.routerMemory,
      tasks: settings.routerTasksMin,
      port: routerPort,
      environment: {
        ...sharedEnvironment(settings),
        ...queueEnvironment(resources.queues),
        PORT: String(routerPort),
        HOP_PORT: String(routerHopPort),
        PUBLIC_URL: this.mcpUrl,
        DASHBOARD_URL: props.dashboardUrl,
        TABLE_NAME: resources.table.tableName,
        REDIS_URL: cache.url,
      },
      secrets: { DATA_PLANE_SECRET: resources.platformSecrets['data-plane'], REDIS_PASSWORD: cache.password },
      secretsKey: resources.secretsKey,
      permissions: accessStatements(this, serviceAccess.router, resources),
    });
    service.attachToApplicationTargetGroup(this.loadBalancer.routers);

    const scaling = service.autoScaleTaskCount({ minCapacity: settings.routerTasksMin, maxCapacity: settings.routerTasksMax });
    // A router that goes closes its clients' streams: fewer of them can wait.
    const cooldowns = { scaleInCooldown: Duration.minutes(10), scaleOutCooldown: Duration.minutes(1) };
    scaling.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 60, ...cooldowns });
    scaling.scaleToTrackCustomMetric('Streams', {
      // Every router says every so often how many it holds, so the average is one router's.
      metric: routerMetric(settings, 'StreamsOpen', { statistic: 'Average', period: Duration.minutes(1) }),
      targetValue: settings.routerStreamsPerTask,
      ...cooldowns,
    });

    this.#addAlarms(settings, service, props.alarmTopic);
    return service;
  }

  #addAlarms(settings: Settings, router: ecs.FargateService, topic: ITopic): void {
    const { routers, loadBalancer } = this.loadBalancer;
    const minute = Duration.minutes(1);
    new ServiceAlarm(this, 'RouterNotReady', {
      topic,
      metric: routers.metrics.unhealthyHostCount({ period: minute, statistic: 'Minimum' }),
      description: 'A router has not been ready for five minutes. Look at the tasks of the router service and their log.',
      threshold: 1,
      periods: 5,
    });
    new ServiceAlarm(this, 'NoRouterReady', {
      topic,
      metric: routers.metrics.healthyHostCount({ period: minute, statistic: 'Maximum' }),
      description: 'No router serves: no MCP client is answered. Look at the events of the router service in ECS.',
      threshold: 1,
      below: true,
      periods: 3,
      silenceIsBad: true,
    });
    new ServiceAlarm(this, 'RouterErrors', {
      topic,
      metric: routers.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, { period: alarmPeriod }),
      description: 'Routers answer with 5xx. Look at their log, which has the request ids.',
      threshold: 50,
    });
    new ServiceAlarm(this, 'LoadBalancerErrors', {
      topic,
      metric: loadBalancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, { period: alarmPeriod }),
      description:
        'The load balancer itself answers with 5xx: it reaches no router, or one broke off. Look at the health of the routers first.',
      threshold: 50,
    });
    // Where their number is fixed, that is no news.
    if (settings.routerTasksMax === settings.routerTasksMin) return;
    new ServiceAlarm(this, 'RoutersAtMost', {
      topic,
      metric: new cloudwatch.Metric({
        namespace: 'ECS/ContainerInsights',
        metricName: 'RunningTaskCount',
        dimensionsMap: { ClusterName: platformClusterName(settings), ServiceName: router.serviceName },
        statistic: 'Minimum',
        period: alarmPeriod,
      }),
      description:
        'There are as many routers as there may be, so more streams would find no room. Look at streams and CPU in the overview, ' +
        'then raise routerTasksMax.',
      threshold: settings.routerTasksMax,
      periods: 3,
    });
  }
}
