import { expect, it } from 'vitest';
import { Installation } from './installation.ts';

/** A launcher that keeps something of its own for an instance, as task definitions on AWS. */
async function withMemory() {
  const installation = new Installation();
  await installation.runner.prepare();
  const id = await installation.addInstance();
  const kept = new Set([id]);
  Object.assign(installation.launcher, {
    async forget(instanceId: string) {
      expect(installation.launcher.of(instanceId)).toEqual([]);
      kept.delete(instanceId);
    },
  });
  await installation.runner.run(id, 'start');
  return { installation, id, kept };
}

it('what a launcher keeps for an instance goes when the instance is deleted, after its processes have ended', async () => {
  const { installation, id, kept } = await withMemory();
  await installation.ports.instances.update(id, { desiredState: 'deleted' });
  await installation.runner.run(id, 'delete');
  expect(kept.size).toBe(0);
  await expect(installation.ports.instances.findById(id)).resolves.toBeUndefined();
});

it('and stays when it is stopped', async () => {
  const { installation, id, kept } = await withMemory();
  await installation.ports.instances.update(id, { desiredState: 'stopped' });
  await installation.runner.run(id, 'stop');
  expect(kept.size).toBe(1);
});

it('a launch says where the key lies', async () => {
  const installation = new Installation();
  await installation.runner.prepare();
  const id = await installation.addInstance();
  const { launcher } = installation;
  const launch = launcher.launch.bind(launcher);
  const references: unknown[] = [];
  launcher.launch = async (request) => {
    references.push(request.keyReference);
    return launch(request);
  };
  await installation.runner.run(id, 'start');
  const instance = await installation.ports.instances.findById(id);
  const key = await installation.ports.keys.find(instance?.workspaceId ?? '', instance?.keyId ?? '');
  expect(references).toEqual([key?.secret]);
});
