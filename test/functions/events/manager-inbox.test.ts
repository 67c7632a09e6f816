import { describe, expect, it } from 'vitest';
import { ManagerInbox } from '../../../functions/events/manager-inbox.ts';
import type { ExecutionState } from '../../../functions/ports.ts';

function arranged({ described, failing }: { described?: ExecutionState; failing?: string } = {}) {
  const calls: unknown[][] = [];
  const note =
    (name: string) =>
    async (...parameters: unknown[]) => {
      calls.push([name, ...parameters]);
      if (name === failing) throw new Error('away');
    };
  const inbox = new ManagerInbox({
    supervisor: { wake: note('wake'), suspect: note('suspect'), suspectKey: note('suspectKey') },
    runner: { asked: note('asked'), executionEnded: note('executionEnded') },
    executions: { describe: async () => described },
    connections: { connected: note('connected') },
    tokens: { touch: note('touch') },
    taskChanged: note('taskChanged'),
    reconcile: note('reconcile'),
  });
  return { calls, take: (message: unknown) => inbox.take(JSON.stringify(message)), inbox };
}

/** As EventBridge sends them; see `functions/events/manager-message.ts` for where that is described. */
const envelope = { version: '0', id: '315c1398', account: '123456789012', time: '2026-11-22T08:41:00Z', region: 'eu-central-1' };
const stateMachineArn = 'arn:aws:states:eu-central-1:123456789012:stateMachine:smartlead-mcp-dev-lifecycle';
const executionChange = (detail: object) => ({
  ...envelope,
  'detail-type': 'Step Functions Execution Status Change',
  source: 'aws.states',
  resources: [`${stateMachineArn.replace('stateMachine', 'execution')}:op_1`],
  detail: {
    executionArn: `${stateMachineArn.replace('stateMachine', 'execution')}:op_1`,
    stateMachineArn,
    name: 'op_1',
    status: 'SUCCEEDED',
    startDate: 1732263660000,
    stopDate: 1732263670000,
    input: JSON.stringify({ instanceId: 'ins_1', operation: 'start', operationId: 'op_1', recovery: false }),
    output: null,
    inputDetails: { included: true },
    ...detail,
  },
});
const taskChange = {
  ...envelope,
  'detail-type': 'ECS Task State Change',
  source: 'aws.ecs',
  detail: {
    taskArn: 'arn:aws:ecs:eu-central-1:123456789012:task/c/1',
    lastStatus: 'STOPPED',
    desiredStatus: 'STOPPED',
    startedBy: 'x',
  },
};

describe('the messages of the manager', () => {
  it.each([
    [{ kind: 'wake', instanceId: 'ins_1' }, ['wake', 'ins_1']],
    [
      { kind: 'instance-failed', instanceId: 'ins_1', address: 'http://10.0.0.1:3000', failure: 'lost' },
      ['suspect', 'ins_1', 'http://10.0.0.1:3000'],
    ],
    [{ kind: 'key-refused', instanceId: 'ins_1' }, ['suspectKey', 'ins_1']],
    [{ kind: 'operation-asked', instanceId: 'ins_1', operation: 'stop' }, ['asked', 'ins_1', 'stop']],
    [
      { kind: 'client-connected', instanceId: 'ins_1', workspaceId: 'ws_1', tokenId: 'tok_1', clientName: 'n8n' },
      ['connected', { instanceId: 'ins_1', clientName: 'n8n' }],
    ],
    [{ kind: 'token-used', tokenId: 'tok_1', at: '2026-11-22T08:41:00.000Z' }, ['touch', 'tok_1', '2026-11-22T08:41:00.000Z']],
    [{ kind: 'reconcile' }, ['reconcile']],
    [executionChange({}), ['executionEnded', 'ins_1', 'op_1', { status: 'succeeded' }]],
    [executionChange({ status: 'TIMED_OUT' }), ['executionEnded', 'ins_1', 'op_1', { status: 'failed' }]],
    [executionChange({ status: 'ABORTED' }), ['executionEnded', 'ins_1', 'op_1', { status: 'failed' }]],
    [
      executionChange({ status: 'FAILED', error: 'OperationFailed', cause: 'see there' }),
      ['executionEnded', 'ins_1', 'op_1', { status: 'failed', error: 'OperationFailed' }],
    ],
  ])('are done: %j', async (message, call) => {
    const { calls, take } = arranged();
    await take(message);
    expect(calls).toEqual([call]);
  });

  it('hand what ECS tells to the launcher whole', async () => {
    const { calls, take } = arranged();
    await take(taskChange);
    expect(calls).toMatchObject([['taskChanged', { source: 'aws.ecs', detail: taskChange.detail }]]);
  });

  it('find out how an execution failed where the event does not tell', async () => {
    const { calls, take } = arranged({ described: { status: 'failed', error: 'OperationFailed' } });
    await take(executionChange({ status: 'FAILED' }));
    expect(calls).toEqual([['executionEnded', 'ins_1', 'op_1', { status: 'failed', error: 'OperationFailed' }]]);
  });

  it.each([executionChange({ input: null }), executionChange({ input: '{' }), executionChange({ status: 'RUNNING' })])(
    'do nothing of an execution that tells nothing',
    async (message) => {
      const { calls, take } = arranged();
      await take(message);
      expect(calls).toEqual([]);
    },
  );

  it('come again where they could not be done', async () => {
    const { take } = arranged({ failing: 'executionEnded' });
    await expect(take(executionChange({}))).rejects.toThrow('away');
  });

  it.each(['not JSON with a secret', '{"kind":"unknown","secret":"s3cret"}', '{"kind":"wake"}', '[]'])(
    'that nobody knows are refused without being repeated: %s',
    async (body) => {
      const { inbox } = arranged();
      const refusal = await inbox.take(body).catch((error: Error) => error);
      expect(refusal).toMatchObject({ name: 'UnknownMessageError' });
      expect(`${refusal} ${(refusal as Error).cause}`).not.toMatch(/secret/);
    },
  );
});
