import { describe, expect, it } from 'vitest';
import { ProblemError, type ProblemType } from '../../../core/problem.ts';
import { ManagerInbox } from '../../../functions/events/manager-inbox.ts';
import { stoppingTask, type TaskChange } from '../../../functions/events/manager-message.ts';
import type { ExecutionState } from '../../../functions/ports.ts';

interface Arrangement {
  described?: ExecutionState;
  /** Name of the call that fails. */
  failing?: string;
  /** Why a rollout is not cancelled. */
  refusal?: ProblemType;
  reconcile?(): Promise<void>;
}

function arranged({ described, failing, refusal = 'conflict', reconcile }: Arrangement = {}) {
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
    rollouts: {
      lookForBegun: note('lookForBegun'),
      cancel: async (id) => {
        await note('cancel')(id);
        throw new ProblemError(refusal);
      },
    },
    orphanConfirmation: { confirm: (...said) => void calls.push(['confirm', ...said]) },
    taskChanged: note('taskChanged'),
    reconcile: reconcile ?? note('reconcile'),
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
    [{ kind: 'rollout-begun' }, ['lookForBegun']],
    [{ kind: 'orphans-confirmed', atMost: 42, at: '2026-11-22T08:41:00.000Z' }, ['confirm', 42, '2026-11-22T08:41:00.000Z']],
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

  it('cancel a rollout, also one that was begun a moment ago, and let be what has ended', async () => {
    for (const refusal of ['conflict', 'not-found'] as const) {
      const { calls, take } = arranged({ refusal });
      await take({ kind: 'rollout-cancel', rolloutId: 'rol_1' });
      expect(calls).toEqual([['lookForBegun'], ['cancel', 'rol_1']]);
    }
    const { take } = arranged({ refusal: 'not-available' });
    await expect(take({ kind: 'rollout-cancel', rolloutId: 'rol_1' })).rejects.toMatchObject({ type: 'not-available' });
  });

  it('compare once at a time: what has waited while no manager worked holds up nothing else', async () => {
    const passes: PromiseWithResolvers<void>[] = [];
    const { calls, take } = arranged({
      reconcile: () => {
        const pass = Promise.withResolvers<void>();
        passes.push(pass);
        return pass.promise;
      },
    });
    const first = take({ kind: 'reconcile' });
    await Promise.all(Array.from({ length: 60 }, () => take({ kind: 'reconcile' })));
    expect(passes).toHaveLength(1);
    await take({ kind: 'wake', instanceId: 'ins_1' });
    expect(calls).toEqual([['wake', 'ins_1']]);
    // The one message that the pass belongs to comes again where the pass fails.
    passes[0]?.reject(new Error('away'));
    await expect(first).rejects.toThrow('away');
    const second = take({ kind: 'reconcile' });
    expect(passes).toHaveLength(2);
    passes[1]?.resolve();
    await second;
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

describe('what ECS tells of a router', () => {
  const change = (detail: object): TaskChange => ({
    source: 'aws.ecs',
    'detail-type': 'ECS Task State Change',
    detail: {
      taskArn: 'arn:router',
      clusterArn: 'arn:aws:ecs:eu-central-1:123456789012:cluster/smartlead-mcp-dev-platform',
      lastStatus: 'RUNNING',
      desiredStatus: 'STOPPED',
      ...detail,
    },
  });

  it.each([
    ['is to stop', {}, 'arn:router'],
    ['leaves its load balancer', { lastStatus: 'DEACTIVATING' }, 'arn:router'],
    ['has stopped', { lastStatus: 'STOPPED' }, undefined],
    ['runs', { desiredStatus: 'RUNNING' }, undefined],
    ['is none, but an instance', { clusterArn: 'arn:aws:ecs:eu-central-1:123456789012:cluster/smartlead-mcp-dev' }, undefined],
    ['is nowhere', { clusterArn: undefined }, undefined],
  ])('that it %s', (_words, detail, expected) => {
    expect(stoppingTask(change(detail), 'smartlead-mcp-dev')).toBe(expected);
  });
});
