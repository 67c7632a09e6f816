import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import { instanceStatuses } from '../../core/instance-status.ts';
import type { Settings } from '../config.ts';
import { tableOperations } from '../constructs/data-alarms.ts';
import { cacheMetric, instancesMetric, managerMetric, routerMetric } from '../constructs/platform-metrics.ts';
import { platformClusterName } from '../names.ts';
import type { ApiStack } from './api.ts';
import type { DataStack } from './data.ts';
import type { DataPlaneStack } from './data-plane.ts';
import type { ManagerStack } from './manager.ts';
import type { MessagesStack } from './messages.ts';
import type { WorkflowStack } from './workflow.ts';

export interface OverviewStackProps extends StackProps {
  settings: Settings;
  /** The stacks whose parts are shown. */
  parts: {
    api: ApiStack;
    data: DataStack;
    dataPlane: DataPlaneStack;
    manager: ManagerStack;
    messages: MessagesStack;
    workflow: WorkflowStack;
  };
}

const width = 8;
const minute = { period: Duration.minutes(1) };

/** One page that shows how the whole service does, in the order in which a request meets its parts. */
export class OverviewStack extends Stack {
  constructor(scope: Construct, id: string, { settings, parts, ...props }: OverviewStackProps) {
    super(scope, id, props);
    const dashboard = new cloudwatch.Dashboard(this, 'Overview', {
      dashboardName: `smartlead-mcp-${settings.stage}`,
      defaultInterval: Duration.hours(3),
      widgets: [
        this.#routers(settings, parts.dataPlane),
        this.#services(settings, parts),
        this.#instances(settings, parts.workflow),
        this.#api(parts.api),
        this.#queues(parts.messages),
        this.#data(settings, parts.data),
      ],
    });
    new CfnOutput(this, 'OverviewName', { value: dashboard.dashboardName });
  }

  #routers(settings: Settings, { loadBalancer }: DataPlaneStack): cloudwatch.IWidget[] {
    const { routers } = loadBalancer;
    return [
      graph('Streams and calls', {
        left: [routerMetric(settings, 'StreamsOpen', { ...minute, statistic: 'Sum', label: 'streams open' })],
        right: [routerMetric(settings, 'CallsPerSecond', { ...minute, statistic: 'Sum', label: 'calls per second' })],
      }),
      graph('What routers answer', {
        left: [
          routers.metrics.requestCount({ ...minute, label: 'requests' }),
          routers.metrics.httpCodeTarget(HttpCodeTarget.TARGET_4XX_COUNT, { ...minute, label: '4xx' }),
          routers.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, { ...minute, label: '5xx' }),
        ],
        right: [routers.metrics.targetResponseTime({ ...minute, statistic: 'p95', label: 'until the first byte, p95' })],
      }),
      graph('Routers', {
        left: [
          routers.metrics.healthyHostCount({ ...minute, statistic: 'Minimum', label: 'ready' }),
          routers.metrics.unhealthyHostCount({ ...minute, statistic: 'Maximum', label: 'not ready' }),
        ],
      }),
    ];
  }

  #services(settings: Settings, { dataPlane, manager }: OverviewStackProps['parts']): cloudwatch.IWidget[] {
    const services = { router: dataPlane.router, manager: manager.manager.service };
    const ofServices = (name: string, statistic: string) =>
      Object.entries(services).map(
        ([label, { serviceName }]) =>
          new cloudwatch.Metric({
            namespace: 'AWS/ECS',
            metricName: name,
            dimensionsMap: { ClusterName: platformClusterName(settings), ServiceName: serviceName },
            statistic,
            label,
            ...minute,
          }),
      );
    return [
      graph('CPU, %', { left: ofServices('CPUUtilization', 'Average') }),
      graph('Memory, %', { left: ofServices('MemoryUtilization', 'Maximum') }),
      graph('The manager', {
        left: [
          managerMetric(settings, 'Active', { ...minute, statistic: 'Sum', label: 'at work' }),
          managerMetric(settings, 'InvariantViolations', { ...minute, statistic: 'Maximum', label: 'violations' }),
        ],
        right: [managerMetric(settings, 'ReconcileDuration', { ...minute, statistic: 'p95', label: 'comparison, ms' })],
      }),
    ];
  }

  #instances(settings: Settings, { lifecycle }: WorkflowStack): cloudwatch.IWidget[] {
    const five = { period: Duration.minutes(5) };
    return [
      new cloudwatch.GraphWidget({
        title: 'Instances by status',
        width,
        stacked: true,
        left: instanceStatuses.map((status) =>
          instancesMetric(settings, status, { ...five, statistic: 'Maximum', label: status }),
        ),
      }),
      graph('Warm pool: how long wakes take; deaths', {
        left: [
          managerMetric(settings, 'WakeDuration', { ...five, statistic: 'p50', label: 'wake, p50, ms' }),
          managerMetric(settings, 'WakeDuration', { ...five, statistic: 'p95', label: 'wake, p95, ms' }),
        ],
        right: [managerMetric(settings, 'InstancesDied', { ...five, statistic: 'Sum', label: 'died' })],
      }),
      graph('Lifecycle', {
        left: [
          lifecycle.metricStarted({ ...five, label: 'started' }),
          lifecycle.metricFailed({ ...five, label: 'failed' }),
          lifecycle.metricTimedOut({ ...five, label: 'timed out' }),
        ],
        right: [lifecycle.metricTime({ ...five, statistic: 'p95', label: 'duration, p95, ms' })],
      }),
    ];
  }

  #api({ api }: ApiStack): cloudwatch.IWidget[] {
    return [
      graph('API: answers', {
        left: [
          api.metricCount({ ...minute, label: 'requests' }),
          api.metricClientError({ ...minute, label: '4xx' }),
          api.metricServerError({ ...minute, label: '5xx' }),
        ],
      }),
      graph('API: latency', {
        left: ['p50', 'p95', 'p99'].map((statistic) => api.metricLatency({ ...minute, statistic, label: `${statistic}, ms` })),
      }),
    ];
  }

  #queues({ managerQueue, usageQueue }: MessagesStack): cloudwatch.IWidget[] {
    const queues = { manager: managerQueue.queue, usage: usageQueue.queue };
    return [
      graph('Age of the oldest message, s', {
        left: Object.entries(queues).map(([label, queue]) => queue.metricApproximateAgeOfOldestMessage({ ...minute, label })),
      }),
      graph('Messages waiting', {
        left: Object.entries(queues).map(([label, queue]) =>
          queue.metricApproximateNumberOfMessagesVisible({ ...minute, label }),
        ),
      }),
    ];
  }

  #data(settings: Settings, { table, database }: DataStack): cloudwatch.IWidget[] {
    const nodes = Array.from({ length: settings.cacheNodes }, (_, index) => index + 1);
    const ofCache = (name: string) =>
      nodes.map((node) => cacheMetric(settings, node, name, { ...minute, statistic: 'Maximum', label: `${name} ${node}` }));
    return [
      graph('Table', {
        left: [
          table.metricConsumedReadCapacityUnits({ ...minute, label: 'read units' }),
          table.metricConsumedWriteCapacityUnits({ ...minute, label: 'write units' }),
        ],
        right: [table.metricThrottledRequestsForOperations({ operations: tableOperations, ...minute, label: 'throttled' })],
      }),
      graph('Billing database', {
        left: [
          database.instance.metricCPUUtilization({ ...minute, label: 'CPU, %' }),
          database.instance.metricDatabaseConnections({ ...minute, label: 'connections' }),
        ],
        right: [database.instance.metricFreeStorageSpace({ ...minute, label: 'free space, bytes' })],
      }),
      graph('Cache', {
        left: ofCache('DatabaseMemoryUsagePercentage'),
        right: [...ofCache('Evictions'), ...ofCache('EngineCPUUtilization')],
      }),
    ];
  }
}

function graph(title: string, metrics: { left: cloudwatch.IMetric[]; right?: cloudwatch.IMetric[] }): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({ title, width, ...metrics });
}
