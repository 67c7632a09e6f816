import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instanceStatuses } from '../../../../core/instance-status.ts';
import { createRunningInstance } from '../api-client.ts';

describe.each([
  ['start', 'running', 'running', []],
  ['start', 'running', 'provisioning', []],
  ['start', 'running', 'restarting', []],
  ['start', 'running', 'sleeping', ['start']],
  ['start', 'running', 'failed', ['start']],
  ['start', 'running', 'unauthenticated', ['start']],
  ['start', 'stopped', 'stopped', ['start']],
  ['start', 'stopped', 'stopping', ['start']],
  ['stop', 'running', 'running', ['stop']],
  ['stop', 'running', 'provisioning', ['stop']],
  ['stop', 'running', 'failed', ['stop']],
  ['stop', 'stopped', 'stopping', []],
  ['stop', 'stopped', 'stopped', []],
  ['restart', 'running', 'running', ['restart']],
  ['restart', 'running', 'failed', ['restart']],
  ['restart', 'running', 'restarting', []],
  ['restart', 'running', 'provisioning', []],
  ['restart', 'stopped', 'stopped', ['restart']],
] as const)('%s of an instance that should be %s and is %s', (wish, desiredState, status, operations) => {
  it(`asks for ${operations.length === 0 ? 'nothing' : operations.join()}`, async () => {
    const { platform, api, owner, instanceId } = await createRunningInstance();
    await platform.instances.update(instanceId, { desiredState, status });
    const answer = await api.call('POST', `/v1/instances/${instanceId}/${wish}`, { token: owner.token });
    expect(answer.status).toBe(202);
    expect(platform.lifecycle.operationsOf(instanceId)).toEqual(operations);
    expect((await platform.instances.findById(instanceId))?.desiredState).toBe(wish === 'stop' ? 'stopped' : 'running');
    if (operations.length > 0) {
      expect(answer.json.status).toBe({ start: 'provisioning', stop: 'stopping', restart: 'restarting' }[wish]);
      expect(answer.json.statusReason).not.toBe('Running.');
    }
  });
});

it('an operation that changes nothing leaves no audit entry', async () => {
  const { platform, api, owner, instanceId } = await createRunningInstance();
  platform.audit.entries.length = 0;
  await api.call('POST', `/v1/instances/${instanceId}/start`, { token: owner.token });
  await api.call('PATCH', `/v1/instances/${instanceId}`, { token: owner.token, body: { name: 'Campaigns' } });
  expect(platform.audit.entries).toEqual([]);
  await api.call('POST', `/v1/instances/${instanceId}/stop`, { token: owner.token });
  expect(platform.audit.entries).toMatchObject([{ action: 'instance.stop', target: instanceId }]);
});

it('asking twice, one after the other or at once, asks the workflow once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('start', 'stop', 'restart'),
      fc.constantFrom(...instanceStatuses.filter((status) => status !== 'suspended')),
      fc.integer({ min: 2, max: 5 }),
      fc.scheduler(),
      async (wish, status, count, scheduler) => {
        const { platform, api, owner, instanceId } = await createRunningInstance();
        const desiredState = status === 'stopped' || status === 'stopping' ? 'stopped' : 'running';
        await platform.instances.update(instanceId, { desiredState, status });
        platform.instances.findById = scheduler.scheduleFunction(platform.instances.findById.bind(platform.instances));
        platform.instances.update = scheduler.scheduleFunction(platform.instances.update.bind(platform.instances));
        const path = `/v1/instances/${instanceId}/${wish}`;
        const requests = Array.from({ length: count }, () => api.call('POST', path, { token: owner.token }));
        const answers = await scheduler.waitFor(Promise.all(requests));
        expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 202));
        expect(platform.lifecycle.requests.length).toBeLessThanOrEqual(1);
      },
    ),
    { numRuns: 50 },
  );
});
