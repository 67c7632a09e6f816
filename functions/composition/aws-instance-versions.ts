import { DynamoInstalledImageStore } from '../adapters/dynamodb/installed-image-store.ts';
import type { PlatformTable } from '../adapters/dynamodb/table.ts';
import { FargateInstanceVersions } from '../adapters/fargate/instance-versions.ts';
import type { Clock } from '../ports.ts';
import type { InstanceTasksEnvironment } from './aws-environment.ts';

/** The versions of the instance, of which this release brings one. */
export function createInstanceVersions(
  { INSTANCE_IMAGE: releaseImage }: Pick<InstanceTasksEnvironment, 'INSTANCE_IMAGE'>,
  table: PlatformTable,
  clock: Clock,
): FargateInstanceVersions {
  return new FargateInstanceVersions({ store: new DynamoInstalledImageStore(table), releaseImage, clock });
}
