/** Metrics that our own programs write, and those of services that the toolkit has no names for. */
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Settings } from '../config.ts';

type Options = Pick<cloudwatch.MetricProps, 'statistic' | 'period' | 'label'>;

/** What each router says once a minute (`container/router/aws/load-metrics.ts`). */
export function routerMetric({ stage }: Settings, metricName: 'StreamsOpen' | 'CallsPerSecond', options: Options) {
  return new cloudwatch.Metric({ namespace: 'SmartleadMcp/Router', metricName, dimensionsMap: { Stage: stage }, ...options });
}

/** What the manager says (`functions/instance-manager-service/manager-metrics.ts`). */
export type ManagerMetricName =
  | 'Active'
  | 'InstancesDied'
  | 'InvariantViolations'
  | 'OrphansHeld'
  | 'UnreadableComponents'
  | 'ReconcileDuration'
  | 'WakeDuration';

export function managerMetric({ stage }: Settings, metricName: ManagerMetricName, options: Options) {
  return new cloudwatch.Metric({ namespace: 'SmartleadMcp/Manager', metricName, dimensionsMap: { Stage: stage }, ...options });
}

/** How many instances have a status. */
export function instancesMetric({ stage }: Settings, status: string, options: Options) {
  return new cloudwatch.Metric({
    namespace: 'SmartleadMcp/Manager',
    metricName: 'Instances',
    dimensionsMap: { Stage: stage, Status: status },
    ...options,
  });
}

/** Of one node of the cache. @param node From 1. */
export function cacheMetric({ stage }: Settings, node: number, metricName: string, options: Options) {
  return new cloudwatch.Metric({
    namespace: 'AWS/ElastiCache',
    metricName,
    dimensionsMap: { CacheClusterId: `smartlead-mcp-${stage}-${String(node).padStart(3, '0')}`, CacheNodeId: '0001' },
    ...options,
  });
}
