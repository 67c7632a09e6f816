import { describe, expect, it } from 'vitest';
import { exitFromEvent, parseTaskEvent } from '../../../../functions/adapters/fargate/task-events.ts';
import type { InstanceTask } from '../../../../functions/ports.ts';

const id = 'wrm_01k8z3x5v7c9b2n4m6q8r0t2w4';
const ref = 'arn:aws:ecs:eu-central-1:123456789012:task/smartlead-mcp-test/0f3c';

function message(detail: object) {
  return {
    version: '0',
    source: 'aws.ecs',
    'detail-type': 'ECS Task State Change',
    detail: { taskArn: ref, startedBy: `ins_plain_1/2/${id}`, lastStatus: 'STOPPED', desiredStatus: 'STOPPED', ...detail },
  };
}

const task: InstanceTask = {
  ...{ id, instanceId: 'ins_plain_1', replica: 2, state: 'running', ref, address: null, version: 'ab12' },
  startedAt: '2026-11-22T08:00:00.000Z',
};

function exit(detail: object) {
  const event = parseTaskEvent(message(detail));
  if (event === undefined || event.kind === 'running') throw new Error('no end');
  return exitFromEvent(task, event);
}

it('tells where a task runs', () => {
  const attachments = [
    { id: 'a', type: 'eni', status: 'ATTACHED', details: [{ name: 'privateIPv4Address', value: '10.64.96.12' }] },
  ];
  expect(parseTaskEvent(message({ lastStatus: 'RUNNING', desiredStatus: 'RUNNING', attachments }))).toEqual({
    kind: 'running',
    ref,
    origin: { id, place: { instanceId: 'ins_plain_1', replica: 2 } },
    address: 'http://10.64.96.12:3000',
  });
});

describe('an end', () => {
  it.each([
    [{ containers: [{ exitCode: 1 }] }, 'ended with exit code 1'],
    [{ containers: [{ exitCode: 137 }] }, 'was killed by SIGKILL'],
    [{ stopCode: 'SpotInterruption', containers: [{ exitCode: 143 }] }, 'was ended by AWS, which needed its Spot capacity'],
    [{ stopCode: 'TerminationNotice' }, 'was ended by AWS for maintenance'],
    [{ stopCode: 'UserInitiated', stoppedReason: 'Task stopped by a person' }, 'was ended by an operator'],
    [
      {
        stopCode: 'TaskFailedToStart',
        stoppedReason: 'CannotPullContainerError: pull image manifest has been retried 5 time(s)',
      },
      'could not start: its image could not be pulled',
    ],
    [
      { stopCode: 'TaskFailedToStart', stoppedReason: 'ResourceInitializationError: unable to pull secrets or registry auth' },
      'could not start: its Smartlead key could not be fetched from the secret store',
    ],
    [
      { stopCode: 'TaskFailedToStart', stoppedReason: 'Capacity is unavailable at this time. Please try again later.' },
      'could not start: AWS has no free capacity for it at the moment',
    ],
    [
      { stopCode: 'TaskFailedToStart', stoppedReason: 'Timeout waiting for network interface provisioning' },
      'could not start: it got no address on the private network',
    ],
  ])('%o is told in words', (detail, reason) => {
    expect(exit(detail)).toEqual({ instanceId: 'ins_plain_1', replica: 2, ref, reason });
  });

  it.each([
    { containers: [{ exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' }] },
    { containers: [{ exitCode: 134 }] },
  ])('by lack of memory says so: %o', (detail) => {
    expect(exit(detail)).toMatchObject({ reason: 'ran out of memory', outOfMemory: true });
  });

  it('is known as asked for by what this platform says when it asks', () => {
    expect(parseTaskEvent(message({ stopCode: 'UserInitiated', stoppedReason: 'Ended by the platform.' }))).toMatchObject({
      wasAskedFor: true,
    });
    expect(parseTaskEvent(message({ stopCode: 'UserInitiated', stoppedReason: 'x' }))).toMatchObject({ wasAskedFor: false });
  });

  it('is announced where AWS gives notice', () => {
    const detail = { lastStatus: 'RUNNING', stopCode: 'SpotInterruption', stoppedReason: 'Your Spot Task was interrupted.' };
    expect(parseTaskEvent(message(detail))).toMatchObject({ kind: 'ending' });
    expect(parseTaskEvent(message({ ...detail, lastStatus: 'STOPPED' }))).toMatchObject({ kind: 'ended' });
  });
});

it.each([
  undefined,
  'text',
  { kind: 'reconcile' },
  message({ startedBy: undefined }),
  message({ startedBy: 'ecs-svc/1234' }),
  message({ startedBy: `ins_plain_1/many/${id}` }),
  message({ lastStatus: 'PENDING', desiredStatus: 'RUNNING' }),
  message({ lastStatus: 'RUNNING', desiredStatus: 'RUNNING' }),
  { ...message({}), source: 'aws.states' },
])('what is no news of our tasks is none: %o', (other) => {
  expect(parseTaskEvent(other)).toBeUndefined();
});
