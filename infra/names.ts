/**
 * Names that more than one stack has to know before the thing itself is there, such as whoever listens to the events of a cluster.
 * Everything else is named by CloudFormation.
 */
import { ArnFormat, type Stack } from 'aws-cdk-lib';
import type { Settings } from './config.ts';

type Stage = Pick<Settings, 'stage'>;

/** Cluster of the instances, and of nothing else: so who may end an instance can not end a router. */
export function instanceClusterName({ stage }: Stage): string {
  return `smartlead-mcp-${stage}`;
}

/** Every task definition of an instance is in a family that starts like this and a dash. */
export function taskFamilyPrefix({ stage }: Stage): string {
  return `smartlead-mcp-${stage}`;
}

export function lifecycleName({ stage }: Stage): string {
  return `smartlead-mcp-${stage}-lifecycle`;
}

/** Customers' secrets: one for each Smartlead key, made at run time. */
export function customerSecretPrefix({ stage }: Stage): string {
  return `smartlead-mcp/${stage}/keys/`;
}

/** The platform's own secrets, which no customer's instance can read. */
export function platformSecretPrefix({ stage }: Stage): string {
  return `smartlead-mcp/${stage}/platform/`;
}

/** Cluster of the platform's own services. */
export function platformClusterName({ stage }: Stage): string {
  return `smartlead-mcp-${stage}-platform`;
}

/** Family of the task definitions of a service. Not one of instances: whoever may launch those cannot launch these. */
export function serviceFamily({ stage }: Stage, service: string): string {
  return `${service}-smartlead-mcp-${stage}`;
}

export function instanceClusterArn(stack: Stack, stage: Stage): string {
  return stack.formatArn({ service: 'ecs', resource: 'cluster', resourceName: instanceClusterName(stage) });
}

export function lifecycleArn(stack: Stack, stage: Stage): string {
  return stack.formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: lifecycleName(stage),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** Names below the deployment's own domain. */
export function mcpHost(domainName: string): string {
  return `mcp.${domainName}`;
}

/** Where customers open the dashboard, as far as it is known before it is deployed. */
export function knownDashboardUrl(settings: Pick<Settings, 'dashboardUrl' | 'domainName'>): string | undefined {
  return settings.dashboardUrl ?? (settings.domainName === undefined ? undefined : `https://app.${settings.domainName}`);
}
