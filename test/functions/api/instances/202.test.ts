import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instanceStatuses } from '../../../../core/instance-status.ts';
import { createRunningInstance } from '../api-client.ts';

/** Something runs, so that it does not wait for its next try after it died. */
const runtime = { launcher: 'child-process', ref: '4711', address: 'http://127.0.0.1:4' } as const;

describe.each([
  ['start', 'running', 'running', [], 'running'],
  ['start', 'running', 'provisioning', [], 'provisioning'],
  ['start', 'running', 'restarting', [], 'restarting'],
  ['start', 'running', 'sleeping', ['start'], 'restarting'],
  ['start', 'running', 'failed', ['start'], 'provisioning'],
  ['start', 'running', 'unauthenticated', ['start'], 'provisioning'],
  ['start', 'stopped', 'stopped', ['start'], 'provisioning'],
  ['start', 'stopped', 'stopping', ['start'], 'restarting'],
  ['stop', 'running', 'running', ['stop'], 'stopping'],
  ['stop', 'running', 'sleeping', ['stop'], 'stopping'],
  ['stop', 'running', 'provisioning', ['stop'], 'stopping'],
  ['stop', 'running', 'failed', ['stop'], 'stopping'],
  ['stop', 'stopped', 'stopping', [], 'stopping'],
  ['stop', 'stopped', 'stopped', [], 'stopped'],
  ['restart', 'running', 'running', ['restart'], 'restarting'],
  ['restart', 'running', 'sleeping', ['restart'], 'restarting'],
  ['restart', 'running', 'failed', ['restart'], 'restarting'],
  ['restart', 'running', 'restarting', [], 'restarting'],
  ['restart', 'running', 'provisioning', [], 'provisioning'],
  ['restart', 'stopped', 'stopped', ['restart'], 'provisioning'],
] as const)('%s of an instance that should be %s and is %s', (wish, desiredState, status, operations, shown) => {
  it(`asks for ${operations.length === 0 ? 'nothing' : operations.join()}`, async () => {
    const { platform, api, owner, instanceId } = await createRunningInstance();
    await platform.instances.update(instanceId, { desiredState, status, runtime });
    const answer = await api.call('POST', `/v1/instances/${instanceId}/${wish}`, { token: owner.token });
    expect(answer.status).toBe(202);
    expect(platform.lifecycle.operationsOf(instanceId)).toEqual(operations);
    expect((await platform.instances.findById(instanceId))?.desiredState).toBe(wish === 'stop' ? 'stopped' : 'running');
    expect(answer.json.status).toBe(shown);
    if (operations.length > 0) expect(answer.json.statusReason).not.toBe('Running.');
  });
});

it.each(['start', 'restart'])(
  'a %s of an instance that waits after it died begins at once, and changes nothing',
  async (wish) => {
    const { platform, api, owner, instanceId } = await createRunningInstance();
    const waiting = await platform.instances.update(instanceId, {
      status: 'restarting',
      statusReason: 'It died.',
      runtime: null,
    });
    platform.audit.entries.length = 0;
    const answer = await api.call('POST', `/v1/instances/${instanceId}/${wish}`, { token: owner.token });
    expect(answer).toMatchObject({ status: 202, json: { status: 'restarting', statusReason: 'It died.' } });
    expect(platform.lifecycle.operationsOf(instanceId)).toEqual(['start']);
    expect(await platform.instances.findById(instanceId)).toEqual(waiting);
    expect(platform.audit.entries).toEqual([]);
  },
);

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
        await platform.instances.update(instanceId, { desiredState, status, runtime });
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
