import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { warmEnvironment } from '../../../../core/warm-assignment.ts';
import { assignWarmProcess } from '../../../../functions/adapters/warm-pool/assign-warm-process.ts';
import { type BuiltInstance, buildForTest, type RunningProcess, runBuilt } from '../built-instance.ts';
import { configuration, enrolment, plantedKey, plantedToken, signingKey } from './warm-process.ts';

let built: BuiltInstance;
let running: RunningProcess;
beforeAll(async () => {
  built = await buildForTest();
});
afterAll(() => built.remove());
afterEach(async () => {
  running.process.kill('SIGKILL');
  await running.ended;
});

/** As in a container, whose environment is all it has. */
async function start(environment: Record<string, string>) {
  const { processId, poolSecret, controlPlaneKey } = enrolment();
  running = runBuilt(built.folder, ['warm', '--port', '0'], {
    [warmEnvironment.processId]: processId,
    [warmEnvironment.poolSecret]: poolSecret,
    [warmEnvironment.controlPlaneKey]: controlPlaneKey,
    ...environment,
  });
  const [, port] = await running.waitFor(/^\{"event":"warm","port":(\d+)\}\n/);
  const keys = { poolSecret: Buffer.from(poolSecret, 'base64url'), signingKey };
  return { process: { id: processId, address: `http://127.0.0.1:${port}` }, keys };
}

const { smartleadApiKey: _, ...withoutKey } = configuration();

it('a process with the key of its customer is assigned without one', async () => {
  const { process, keys } = await start({ SMARTLEAD_API_KEY: plantedKey });
  await assignWarmProcess(process, { configuration: withoutKey }, keys);
  const ready = await fetch(`${process.address}/readyz`, { headers: { authorization: `Bearer ${plantedToken}` } });
  expect(ready.status).toBe(200);
  expect(running.stdout() + running.stderr()).not.toContain(plantedKey);
});

it('a process of the pool has none to fall back to', async () => {
  const { process, keys } = await start({});
  await expect(assignWarmProcess(process, { configuration: withoutKey }, keys)).rejects.toMatchObject({ failure: 'refused' });
  await expect(running.ended).resolves.toBe(1);
  expect(running.stderr()).toContain('configuration.smartleadApiKey');
});
