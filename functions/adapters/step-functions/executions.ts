import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  ExecutionStatus,
  SFNClient,
  type SFNClientConfig,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { ExecutionInput, ExecutionState, LifecycleExecutions } from '../../ports.ts';

/**
 * A client that fails in seconds, before its caller's own deadline. Throttled and lost requests are repeated with growing pauses; a
 * start that is repeated has the same name, so it starts one execution.
 */
export function createStepFunctionsClient(settings: SFNClientConfig = {}): SFNClient {
  return new SFNClient({
    maxAttempts: 5,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 3000, throwOnRequestTimeout: true },
    ...settings,
  });
}

/** Executions of the lifecycle as a standard workflow of AWS Step Functions. */
export class StepFunctionsExecutions implements LifecycleExecutions {
  readonly #client: SFNClient;
  readonly #stateMachineArn: string;

  /** @param stateMachineArn Such as `arn:aws:states:eu-central-1:123456789012:stateMachine:smartlead-mcp-prod-lifecycle`. */
  constructor(client: SFNClient, stateMachineArn: string) {
    this.#client = client;
    this.#stateMachineArn = stateMachineArn;
  }

  /**
   * A start of the name and input of an execution that runs succeeds again; one whose input differs, or that has ended, is refused as
   * existing, for 90 days: either way there was one, which is what is asked for.
   * Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
   */
  async start(input: ExecutionInput): Promise<void> {
    try {
      await this.#client.send(
        new StartExecutionCommand({
          stateMachineArn: this.#stateMachineArn,
          name: input.operationId,
          input: JSON.stringify(input),
        }),
      );
    } catch (error) {
      if (!(error instanceof ExecutionAlreadyExists)) throw error;
    }
  }

  async describe(operationId: string): Promise<ExecutionState | undefined> {
    try {
      const executionArn = `${this.#stateMachineArn.replace(':stateMachine:', ':execution:')}:${operationId}`;
      const { status, error } = await this.#client.send(new DescribeExecutionCommand({ executionArn }));
      return executionState(status, error);
    } catch (error) {
      if (error instanceof ExecutionDoesNotExist) return undefined;
      throw error;
    }
  }
}

/**
 * What a status of Step Functions means to us. The lifecycle is never redriven, so there is no pending redrive.
 * @param error Name of the error of a failed execution.
 */
export function executionState(status: ExecutionStatus | undefined, error?: string): ExecutionState {
  if (status === ExecutionStatus.SUCCEEDED) return { status: 'succeeded' };
  if (status === ExecutionStatus.RUNNING || status === ExecutionStatus.PENDING_REDRIVE) return { status: 'running' };
  return { status: 'failed', ...(error === undefined ? {} : { error }) };
}
