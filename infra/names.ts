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

export function dashboardHost(domainName: string): string {
  return `app.${domainName}`;
}

export function apiHost(domainName: string): string {
  return `api.${domainName}`;
}

/** The domain of the address that mail comes from. */
export function mailDomain(mailFrom: string): string {
  return mailFrom.slice(mailFrom.indexOf('@') + 1);
}

/** Whether we may publish names below this domain ourselves. */
export function isInHostedZone(domain: string, { domainName, hostedZoneName = domainName }: Settings): boolean {
  return hostedZoneName !== undefined && (domain === hostedZoneName || domain.endsWith(`.${hostedZoneName}`));
}
