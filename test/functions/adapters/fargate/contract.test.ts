import { afterAll, afterEach, beforeAll } from 'vitest';
import { parseTaskEvent } from '../../../../functions/adapters/fargate/task-events.ts';
import { McpHealthProbe } from '../../../../functions/adapters/mcp-health-probe.ts';
import { type BuiltInstance, buildForTest } from '../../../container/instance/built-instance.ts';
import { describeLauncher } from '../launcher-contract.ts';
import { startBuilt } from './containers.ts';
import { createInstallation, type Installation, keyReference, quickTimes, request } from './installation.ts';

let built: BuiltInstance;
beforeAll(async () => {
  built = await buildForTest();
});
afterAll(() => built.remove());

let installation: Installation | undefined;
afterEach(async () => {
  await installation?.close();
  installation = undefined;
});

// Real processes of the built instance, each at an address of its own, over the whole way: definition, task, assignment, doors.
describeLauncher('FargateLauncher with built instances', async () => {
  const created = await createInstallation({
    startContainer: (start) => startBuilt(built.folder, start),
    stopTimeoutMilliseconds: 10_000,
  });
  installation = created;
  const launcher = created.createLauncher({
    times: { ...quickTimes, launchDeadline: 30_000, settle: 1000 },
    keySecrets: {
      locate: async ({ name }) => ({
        arn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:smartlead-mcp/test/keys/key_1-GhIjKl',
        versionId: name === keyReference.name ? 'version-3' : 'gone',
      }),
    },
  });
  created.ecs.onEvent = (event) => {
    const parsed = parseTaskEvent(event);
    if (parsed !== undefined) void launcher.takeEvent(parsed);
  };
  return {
    launcher,
    request: (name, more) => request(name, more),
    failing: () => request('failing', { keyReference: { name: 'keys/gone', version: 1 } }),
    countProcesses: async () => created.ecs.living.length,
    async serves(address, { configuration, workspaceId }) {
      const { instanceId, accessToken } = configuration;
      return (await new McpHealthProbe().check({ instanceId, workspaceId, address, accessToken })).healthy;
    },
    kill: (ref) => created.ecs.tasks.get(ref)?.container?.kill(),
  };
});
