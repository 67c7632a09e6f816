import { CloudFormationClient, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeTaskDefinitionCommand, ECSClient } from '@aws-sdk/client-ecs';
import { createPlatformTable } from '../../../functions/adapters/dynamodb/table.ts';
import { managerEnvironmentSchema } from '../../../functions/composition/aws-environment.ts';
import { createInstanceVersions } from '../../../functions/composition/aws-instance-versions.ts';
import type { Deployment } from './deployment.ts';

/** What the deployed task definition of the manager has in its environment. */
export async function managerEnvironment(client: Deployment['client']): Promise<Record<string, string>> {
  const { StackResourceSummaries = [] } = await new CloudFormationClient(client).send(
    new ListStackResourcesCommand({ StackName: 'smartlead-mcp-dev-manager' }),
  );
  const definition = StackResourceSummaries.find(({ ResourceType }) => ResourceType === 'AWS::ECS::TaskDefinition');
  const { taskDefinition } = await new ECSClient(client).send(
    new DescribeTaskDefinitionCommand({ taskDefinition: definition?.PhysicalResourceId ?? '' }),
  );
  const [container] = taskDefinition?.containerDefinitions ?? [];
  return Object.fromEntries((container?.environment ?? []).map(({ name = '', value = '' }) => [name, value]));
}

/** Does what the manager does first when it starts, which it cannot here, without Docker: makes the release's image known. */
export async function installInstanceImage(client: Deployment['client']): Promise<void> {
  const { INSTANCE_IMAGE, TABLE_NAME } = managerEnvironmentSchema
    .pick({ INSTANCE_IMAGE: true, TABLE_NAME: true })
    .parse(await managerEnvironment(client));
  const table = createPlatformTable(new DynamoDBClient(client), TABLE_NAME);
  await createInstanceVersions({ INSTANCE_IMAGE }, table, { now: () => new Date() }).installRelease();
}
