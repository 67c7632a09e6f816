import { type App, Tags } from 'aws-cdk-lib';
import type { Settings } from './config.ts';
import { ApiStack } from './stacks/api.ts';
import { AuthStack } from './stacks/auth.ts';
import { DataStack } from './stacks/data.ts';
import { NetworkStack } from './stacks/network.ts';
import { ObservabilityStack } from './stacks/observability.ts';
import { SecretsStack } from './stacks/secrets.ts';
import { WorkflowStack } from './stacks/workflow.ts';

export interface PlatformOptions {
  settings: Settings;
  /** Folder that `scripts/build-functions.ts` wrote. */
  functionBundles: string;
}

/** All stacks of one stage. They name no account and no region, so they deploy to wherever the command line points. */
export function createPlatform(app: App, { settings, functionBundles }: PlatformOptions) {
  const name = (part: string): string => `smartlead-mcp-${settings.stage}-${part}`;
  const shared = { settings, terminationProtection: settings.protectData };
  Tags.of(app).add('service', 'smartlead-mcp');
  Tags.of(app).add('stage', settings.stage);

  const network = new NetworkStack(app, name('network'), { ...shared, description: 'Smartlead MCP: private network' });
  const data = new DataStack(app, name('data'), {
    ...shared,
    description: 'Smartlead MCP: table and database',
    vpc: network.vpc,
  });
  const secrets = new SecretsStack(app, name('secrets'), { ...shared, description: "Smartlead MCP: keys of customers' secrets" });
  const auth = new AuthStack(app, name('auth'), { ...shared, description: 'Smartlead MCP: accounts' });
  const observability = new ObservabilityStack(app, name('observability'), { ...shared, description: 'Smartlead MCP: alarms' });

  const resources = {
    table: data.table,
    tableKey: data.encryptionKey,
    secretsArnPattern: secrets.arnPattern,
    secretsKey: secrets.encryptionKey,
  };
  const functions = { functionBundles, secretsNamePrefix: secrets.namePrefix, alarmTopic: observability.alarmTopic };
  const workflow = new WorkflowStack(app, name('workflow'), {
    ...shared,
    ...functions,
    description: 'Smartlead MCP: lifecycle of instances',
    vpc: network.vpc,
    resources,
  });
  const api = new ApiStack(app, name('api'), {
    ...shared,
    ...functions,
    description: 'Smartlead MCP: REST API',
    userPool: auth.userPool,
    dashboardClient: auth.dashboardClient,
    resources: { ...resources, lifecycle: workflow.lifecycle },
  });
  return { network, data, secrets, auth, observability, workflow, api };
}
