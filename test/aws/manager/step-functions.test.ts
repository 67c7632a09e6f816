import { randomUUID } from 'node:crypto';
import { CreateStateMachineCommand, type SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createIdentifier } from '../../../core/identifiers.ts';
import {
  createStepFunctionsClient,
  executionState,
  StepFunctionsExecutions,
} from '../../../functions/adapters/step-functions/executions.ts';
import type { ExecutionInput } from '../../../functions/ports.ts';
import { describeOnAws, emulatorSettings } from '../emulator.ts';

describeOnAws('executions of Step Functions', () => {
  let client: SFNClient;
  let executions: StepFunctionsExecutions;
  let executionArn: (name: string) => string;
  const input = (): ExecutionInput => ({
    ...{ instanceId: 'ins_1', operation: 'start', recovery: false, operationId: createIdentifier('operation') },
  });

  beforeAll(async () => {
    client = createStepFunctionsClient(emulatorSettings());
    // The emulator runs nothing: an execution goes on until it is stopped.
    const definition = JSON.stringify({ StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 600, End: true } } });
    const { stateMachineArn = '' } = await client.send(
      new CreateStateMachineCommand({
        name: `lifecycle-${randomUUID()}`,
        definition,
        roleArn: 'arn:aws:iam::123456789012:role/lifecycle',
      }),
    );
    executions = new StepFunctionsExecutions(client, stateMachineArn);
    executionArn = (name) => `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
  });
  afterAll(() => client?.destroy());

  it('are started once by their name, whatever is asked for again', async () => {
    const first = input();
    expect(await executions.describe(first.operationId)).toBeUndefined();
    await executions.start(first);
    await executions.start(first);
    await executions.start({ ...first, operation: 'stop' });
    expect(await executions.describe(first.operationId)).toEqual({ status: 'running' });
  });

  it('are not started again when they have ended', async () => {
    const first = input();
    await executions.start(first);
    await client.send(new StopExecutionCommand({ executionArn: executionArn(first.operationId) }));
    expect(await executions.describe(first.operationId)).toMatchObject({ status: 'failed' });
    await executions.start(first);
    expect(await executions.describe(first.operationId)).toMatchObject({ status: 'failed' });
  });

  it('that are not known to be started are told as errors', async () => {
    const elsewhere = new StepFunctionsExecutions(client, 'arn:aws:states:eu-central-1:123456789012:stateMachine:none');
    await expect(elsewhere.start(input())).rejects.toThrow();
  });

  it.each([
    ['SUCCEEDED', undefined, { status: 'succeeded' }],
    ['RUNNING', undefined, { status: 'running' }],
    ['FAILED', 'OperationFailed', { status: 'failed', error: 'OperationFailed' }],
    ['TIMED_OUT', undefined, { status: 'failed' }],
    ['ABORTED', undefined, { status: 'failed' }],
  ] as const)('%s means %j', (status, error, state) => {
    expect(executionState(status, error)).toEqual(state);
  });
});
