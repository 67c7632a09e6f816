import { z } from 'zod';

/** What a task knows of itself. */
export interface EcsTask {
  arn: string;
  /** Its own IPv4 address on the private network. */
  address: string;
}

const timeoutMs = 2_000;
const taskSchema = z.object({
  TaskARN: z.string(),
  Containers: z.array(z.object({ Networks: z.array(z.object({ IPv4Addresses: z.array(z.ipv4()).optional() })).optional() })),
});

/**
 * Asks the agent of ECS which task this is (Amazon ECS Developer Guide, "task metadata endpoint version 4"); all containers of a task
 * share one network interface. `undefined` outside of ECS.
 * @param metadataUri `ECS_CONTAINER_METADATA_URI_V4`.
 */
export async function readOwnTask(metadataUri: string | undefined): Promise<EcsTask | undefined> {
  if (metadataUri === undefined) return undefined;
  const response = await fetch(`${metadataUri}/task`, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`the metadata of this ECS task could not be read: HTTP ${response.status}`);
  const { TaskARN: arn, Containers } = taskSchema.parse(await response.json());
  const address = Containers.flatMap(({ Networks = [] }) => Networks).flatMap(({ IPv4Addresses = [] }) => IPv4Addresses)[0];
  if (address === undefined) throw new Error('this ECS task has no IPv4 address; it needs the network mode awsvpc');
  return { arn, address };
}
