import { ArnFormat, CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { type AccessibleResources, accessStatements } from '../constructs/access-policy.ts';
import type { InstanceTasks } from '../constructs/instance-access.ts';
import { InstanceLogs } from '../constructs/instance-logs.ts';
import { InstanceRuntime } from '../constructs/instance-runtime.ts';
import { McpDistribution } from '../constructs/mcp-distribution.ts';
import { McpLoadBalancer } from '../constructs/mcp-load-balancer.ts';
import type { NetworkGroups } from '../constructs/network-groups.ts';
import { PlatformService } from '../constructs/platform-service.ts';
import { alarmPeriod, ServiceAlarm } from '../constructs/service-alarm.ts';
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
  /** Where customers open the dashboard, where that is known. */
  dashboardUrl: string | undefined;
  alarmTopic: ITopic;
}

/** What MCP clients reach: load balancer and routers; and what instances run with. */
export class DataPlaneStack extends Stack {
  /** Base of the URLs that customers paste into MCP clients, such as `https://mcp.example.com`. */
  readonly mcpUrl: string;
  /** Of the platform's own services. Instances have one to themselves. */
  readonly platformCluster: ecs.ICluster;
  readonly runtime: InstanceRuntime;
  readonly loadBalancer: McpLoadBalancer;

  constructor(scope: Construct, id: string, { settings, ...props }: DataPlaneStackProps) {
    super(scope, id, props);
    this.platformCluster = new ecs.Cluster(this, 'PlatformCluster', {
      vpc: props.vpc,
      clusterName: platformClusterName(settings),
      containerInsightsV2: ecs.ContainerInsights.ENHANCED,
      enableFargateCapacityProviders: true,
      // The toolkit's class fits its own interface only without exactOptionalPropertyTypes.
    }) as ecs.ICluster;
    new ecs.Cluster(this, 'InstanceCluster', {
      vpc: props.vpc,
      clusterName: instanceClusterName(settings),
      containerInsightsV2: settings.instanceInsights ? ecs.ContainerInsights.ENABLED : ecs.ContainerInsights.DISABLED,
      enableFargateCapacityProviders: true,
    });
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
    this.mcpUrl = `https://${this.loadBalancer.host ?? this.#nameByCloudFront(settings, props)}`;
    this.#runRouters(settings, props);
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

  #nameByCloudFront(settings: Settings, { vpc, groups }: Pick<DataPlaneStackProps, 'vpc' | 'groups'>): string {
    const { distribution } = new McpDistribution(this, 'Front', {
      settings,
      vpc,
      loadBalancer: this.loadBalancer.loadBalancer,
      loadBalancerGroup: groups.loadBalancer,
    });
    return distribution.distributionDomainName;
  }

  #runRouters(settings: Settings, props: Omit<DataPlaneStackProps, 'settings'>): void {
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
        ...(props.dashboardUrl === undefined ? {} : { DASHBOARD_URL: props.dashboardUrl }),
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
      metric: new cloudwatch.Metric({
        namespace: 'SmartleadMcp/Router',
        metricName: 'StreamsOpen',
        dimensionsMap: { Stage: settings.stage },
        statistic: 'Average',
        period: Duration.minutes(1),
      }),
      targetValue: settings.routerStreamsPerTask,
      ...cooldowns,
    });

    new ServiceAlarm(this, 'RouterNotReady', {
      topic: props.alarmTopic,
      metric: this.loadBalancer.routers.metrics.unhealthyHostCount({ period: Duration.minutes(1), statistic: 'Minimum' }),
      description: 'A router has not been ready for five minutes. Look at the tasks of the router service and their log.',
      threshold: 1,
      periods: 5,
    });
    new ServiceAlarm(this, 'RouterErrors', {
      topic: props.alarmTopic,
      metric: this.loadBalancer.routers.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, { period: alarmPeriod }),
      description: 'Routers answer with 5xx. Their log has the request ids.',
      threshold: 50,
    });
  }
}
