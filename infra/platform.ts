import { type App, Tags } from 'aws-cdk-lib';
import type { Settings } from './config.ts';
import type { AccessibleResources } from './constructs/access-policy.ts';
import { ApiStack } from './stacks/api.ts';
import { AuthStack } from './stacks/auth.ts';
import { BillingStack } from './stacks/billing.ts';
import { CacheStack } from './stacks/cache.ts';
import { DashboardStack } from './stacks/dashboard.ts';
import { DataStack } from './stacks/data.ts';
import { DataPlaneStack } from './stacks/data-plane.ts';
import { EdgeStack } from './stacks/edge.ts';
import { FrontendStack } from './stacks/frontend.ts';
import { ManagerStack } from './stacks/manager.ts';
import { MessagesStack } from './stacks/messages.ts';
import { NetworkStack } from './stacks/network.ts';
import { ObservabilityStack } from './stacks/observability.ts';
import { OverviewStack } from './stacks/overview.ts';
import { SecretsStack } from './stacks/secrets.ts';
import { WorkflowStack } from './stacks/workflow.ts';

export interface PlatformOptions {
  settings: Settings;
  /** Folder that `scripts/build-functions.ts` wrote. */
  functionBundles: string;
  /** Folder that `scripts/build-dashboard.ts` wrote. */
  dashboardFiles: string;
}

/** All stacks of one stage. They name no account, so they deploy to whichever the command line points at. */
export function createPlatform(app: App, { settings, functionBundles, dashboardFiles }: PlatformOptions) {
  const name = (part: string): string => `smartlead-mcp-${settings.stage}-${part}`;
  const shared = {
    settings,
    terminationProtection: settings.protectData,
    env: { region: settings.region },
    crossRegionReferences: true,
  };
  Tags.of(app).add('service', 'smartlead-mcp');
  Tags.of(app).add('stage', settings.stage);

  const observability = new ObservabilityStack(app, name('observability'), {
    ...shared,
    description: 'Smartlead MCP: where alarms go, budget',
  });
  const { alarmTopic } = observability;
  const edge = new EdgeStack(app, name('edge'), {
    ...shared,
    description: 'Smartlead MCP: what CloudFront takes from us-east-1',
    env: { region: 'us-east-1' },
  });
  const frontend = new FrontendStack(app, name('frontend'), {
    ...shared,
    description: "Smartlead MCP: the dashboard's address",
    firewallArn: edge.firewallArn,
    certificate: edge.dashboardCertificate,
  });
  const network = new NetworkStack(app, name('network'), { ...shared, description: 'Smartlead MCP: private network' });
  const data = new DataStack(app, name('data'), {
    ...shared,
    description: 'Smartlead MCP: table and database',
    vpc: network.vpc,
    alarmTopic,
  });
  const secrets = new SecretsStack(app, name('secrets'), { ...shared, description: 'Smartlead MCP: secrets and their key' });

  const { dashboardUrl } = frontend;
  const dashboardUrls = [dashboardUrl, ...(settings.dashboardUrl === undefined ? [] : [settings.dashboardUrl])] as const;
  const common = { ...shared, functionBundles, alarmTopic, dashboardUrl };
  const base: AccessibleResources = {
    stage: settings.stage,
    table: data.table,
    tableKey: data.encryptionKey,
    secretsArnPattern: secrets.customerArnPattern,
    secretsKey: secrets.encryptionKey,
    platformSecrets: { 'data-plane': secrets.dataPlane, 'warm-pool': secrets.warmPool },
    mailFrom: settings.mailFrom,
  };
  const auth = new AuthStack(app, name('auth'), {
    ...common,
    description: 'Smartlead MCP: accounts',
    resources: base,
    dashboardUrls,
  });
  const billing = new BillingStack(app, name('billing'), {
    ...common,
    description: 'Smartlead MCP: schema of the billing database',
    vpc: network.vpc,
    database: data.database,
  });
  const messages = new MessagesStack(app, name('messages'), {
    ...common,
    description: 'Smartlead MCP: queues between its parts',
    resources: base,
  });
  const cache = new CacheStack(app, name('cache'), {
    ...common,
    description: 'Smartlead MCP: what routers share',
    vpc: network.vpc,
    securityGroup: network.groups.cache,
    encryptionKey: data.encryptionKey,
    password: secrets.cachePassword,
  });

  const withQueues = { ...base, queues: { manager: messages.managerQueue.queue, usage: messages.usageQueue.queue } };
  const dataPlane = new DataPlaneStack(app, name('data-plane'), {
    ...common,
    description: 'Smartlead MCP: load balancer, routers, what instances run with',
    vpc: network.vpc,
    groups: network.groups,
    resources: withQueues,
    cache: cache.access,
    firewallArn: edge.firewallArn,
  });
  const withInstances = { ...withQueues, instances: dataPlane.instanceTasks(settings) };
  const instanceEnvironment = dataPlane.runtime.environment;
  const { mcpUrl } = dataPlane;

  const workflow = new WorkflowStack(app, name('workflow'), {
    ...common,
    description: 'Smartlead MCP: lifecycle of instances',
    vpc: network.vpc,
    taskFunctionGroup: network.groups.taskFunctions,
    resources: withInstances,
    instanceEnvironment,
  });
  const resources = {
    ...withInstances,
    lifecycle: { machine: workflow.lifecycle, executionsArnPattern: workflow.executionsArnPattern },
  };
  const manager = new ManagerStack(app, name('manager'), {
    ...common,
    description: 'Smartlead MCP: manager of instances',
    cluster: dataPlane.platformCluster,
    securityGroup: network.groups.manager,
    resources,
    cache: cache.access,
    instanceEnvironment,
    mcpUrl,
  });
  const api = new ApiStack(app, name('api'), {
    ...common,
    description: 'Smartlead MCP: REST API',
    userPool: auth.userPool,
    dashboardClient: auth.dashboardClient,
    resources,
    instanceImage: dataPlane.runtime.imageUri,
    mcpUrl,
    dashboardUrls,
  });
  // Functions rely on the schema of their release.
  api.addStackDependency(billing);
  const dashboard = new DashboardStack(app, name('dashboard'), {
    ...shared,
    description: 'Smartlead MCP: files of the dashboard',
    dashboardFiles,
    bucket: frontend.bucket,
    bucketArn: frontend.bucketArn,
    apiUrl: api.apiUrl,
    userPoolId: auth.userPool.userPoolId,
    clientId: auth.dashboardClient.userPoolClientId,
  });
  const overview = new OverviewStack(app, name('overview'), {
    ...shared,
    description: 'Smartlead MCP: how the service does',
    parts: { api, data, dataPlane, manager, messages, workflow },
  });
  return {
    ...{ observability, edge, frontend, network, data, secrets, auth, billing, messages, cache },
    ...{ dataPlane, workflow, manager, api, dashboard, overview },
  };
}
