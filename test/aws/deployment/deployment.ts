import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { type Sandbox, startSandbox } from '../../../selfhost/sandbox/main.ts';
import { startMiniStack } from '../emulators/ministack.ts';
import { type Assembly, buildParts, type Parts, synthesizeAssembly } from './assembly.ts';
import { emulatedRegion, ownerCredentials, toolkitAt } from './toolkit.ts';

export interface Deployment {
  assembly: Assembly;
  /** Settings of an AWS client that acts for the account's owner. */
  client: { endpoint: string; region: string; credentials: typeof ownerCredentials };
  sandbox: Sandbox;
  /** Outputs of a stack, by their names. */
  outputs(stack: string): Promise<Record<string, string>>;
  /** Physical id of the one resource of a type in a stack whose logical id is like this. */
  resource(stack: string, type: string, logicalId: RegExp): Promise<string>;
  /** Physical ids of all resources of the platform's stacks, by stack and logical id; each with its type. */
  resources(): Promise<Map<string, { type: string; id: string }>>;
  /** Deploys once more, with another setting or other bundles of functions. */
  update(settings: Record<string, unknown>, change: (parts: Parts) => Promise<void>): Promise<void>;
  /** Takes all stacks away. */
  destroy(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Deploys all stacks of stage `dev` to an emulator of AWS that checks signatures and policies: whoever does what their role does not
 * allow is refused, functions among them. Smartlead is the sandbox.
 */
export async function deployToEmulator(): Promise<Deployment> {
  const folder = await mkdtemp(join(tmpdir(), 'smartlead-mcp-deployment-'));
  const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const step of undo.reverse()) await step();
  };
  try {
    const sandbox = await startSandbox();
    undo.push(() => sandbox.close());
    const ownSettings = { smartleadUrl: `http://127.0.0.1:${sandbox.port}` };
    const [emulator, parts] = await Promise.all([startMiniStack({ AUTH: 'true' }), buildParts(folder)]);
    undo.push(() => emulator.stop());
    const assembly = await synthesizeAssembly(join(folder, 'assembly'), parts, ownSettings);
    const toolkit = await toolkitAt(emulator.endpoint, folder);
    await toolkit.bootstrap(assembly.folder);
    await toolkit.deploy(assembly.folder);

    const client = { endpoint: emulator.endpoint, region: emulatedRegion, credentials: ownerCredentials };
    const cloudFormation = new CloudFormationClient(client);
    const outputs = async (stack: string): Promise<Record<string, string>> => {
      const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stack }));
      return Object.fromEntries((Stacks?.[0]?.Outputs ?? []).map((output) => [output.OutputKey ?? '', output.OutputValue ?? '']));
    };
    const resource = async (stack: string, type: string, logicalId: RegExp): Promise<string> => {
      const { StackResourceSummaries = [] } = await cloudFormation.send(new ListStackResourcesCommand({ StackName: stack }));
      const found = StackResourceSummaries.filter(
        ({ ResourceType, LogicalResourceId = '' }) => ResourceType === type && logicalId.test(LogicalResourceId),
      );
      if (found.length !== 1) throw new Error(`${stack} has ${found.length} resources of ${type} like ${logicalId}`);
      return found[0]?.PhysicalResourceId ?? '';
    };
    const resources = async () => {
      const found = new Map<string, { type: string; id: string }>();
      for (const StackName of assembly.stacks) {
        for await (const { StackResourceSummaries = [] } of paginateListStackResources(
          { client: cloudFormation },
          { StackName },
        )) {
          for (const { LogicalResourceId, ResourceType = '', PhysicalResourceId = '' } of StackResourceSummaries) {
            found.set(`${StackName} ${LogicalResourceId}`, { type: ResourceType, id: PhysicalResourceId });
          }
        }
      }
      return found;
    };
    const update = async (settings: Record<string, unknown>, change: (parts: Parts) => Promise<void>) => {
      await change(parts);
      const changed = await synthesizeAssembly(join(folder, 'changed'), parts, { ...ownSettings, ...settings });
      await toolkit.deploy(changed.folder);
    };
    const destroy = () => toolkit.destroy(assembly.folder);
    return { assembly, client, sandbox, outputs, resource, resources, update, destroy, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
