import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { ChildProcessLauncher } from '../../../../functions/adapters/child-process/launcher.ts';
import { McpHealthProbe } from '../../../../functions/adapters/mcp-health-probe.ts';
import { describeLauncher } from '../launcher-contract.ts';
import { fakeInstanceFolder, launchRequest } from './launch-request.ts';

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

describeLauncher('ChildProcessLauncher', async () => {
  const stateFolder = await mkdtemp(join(tmpdir(), 'launcher-'));
  const launcher = new ChildProcessLauncher({
    nodePath: process.execPath,
    bundleFolder: fakeInstanceFolder,
    stateFolder,
    graceMilliseconds: 2000,
  });
  endings.push(async () => {
    for (const { instanceId } of await launcher.list()) await launcher.stop(instanceId, 0);
    await rm(stateFolder, { recursive: true, force: true });
  });
  return {
    launcher,
    request: (name, more) => ({ ...launchRequest(name), ...more }),
    failing: () => launchRequest('exits'),
    countProcesses: async () => (await readdir(stateFolder)).length,
    async serves(address, { configuration, workspaceId }) {
      const { instanceId, accessToken } = configuration;
      return (await new McpHealthProbe().check({ instanceId, workspaceId, address, accessToken })).healthy;
    },
    kill: (ref) => process.kill(Number(ref), 'SIGKILL'),
  };
});
