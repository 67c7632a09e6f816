import type { Operation } from '../catalogue/operation.ts';
import type { CallContext } from '../features/mcp-features.ts';

/** Circumstances of one call to Smartlead. */
export interface OperationCallContext extends Pick<CallContext, 'signal' | 'session'> {
  /** Whether a write shall be sent even though the same one was sent within the last minutes. */
  readonly repeat: boolean;
}

export interface OperationOutcome {
  /** The answer without credentials, not shaped yet. */
  value: unknown;
  /** Where nothing was sent because the same write had been sent before: when that was, in Unix milliseconds. */
  firstSentAt?: number;
}

/** The way from tools to Smartlead: single operations, each sent at most once unless it is safe to repeat. */
export interface OperationCaller {
  /**
   * @param callArguments Arguments by name, validated already.
   * @throws SmartleadError
   */
  call(
    operation: Operation,
    callArguments: Readonly<Record<string, unknown>>,
    context: OperationCallContext,
  ): Promise<OperationOutcome>;

  /**
   * Whether the same write was made within the last minutes, so that calling it without `repeat` sends nothing but answers what
   * became of it.
   */
  remembers?(operation: Operation, callArguments: Readonly<Record<string, unknown>>): boolean;
}
