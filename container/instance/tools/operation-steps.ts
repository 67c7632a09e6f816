import type { CallArguments } from '../catalogue/call-arguments.ts';
import { isRead, operations } from '../catalogue/catalogue.ts';
import type { Operation } from '../catalogue/operation.ts';
import type { OperationCallContext, OperationCaller, OperationOutcome } from '../smartlead/operation-caller.ts';
import { sleep } from '../smartlead/sleep.ts';
import { SmartleadError } from '../smartlead/smartlead-error.ts';
import { createArgumentCheck } from './input-validation.ts';

/** Single operations as the steps of a tool that makes many calls. */
export interface OperationSteps {
  /** @throws SmartleadError `invalid_arguments`. Sends nothing. */
  check(operation: Operation, callArguments: CallArguments): Promise<void>;
  /**
   * Checks the arguments and calls the operation. Where the rate limit's queue is full, or a read is refused by the limit, it waits and
   * asks again, since a tool of many calls is what fills that queue; a write that Smartlead refused is left to the tool.
   * @throws SmartleadError
   */
  call(operation: Operation, callArguments: CallArguments, context: OperationCallContext): Promise<OperationOutcome>;
}

/** Waits in a row before one step is given up: some minutes, as the longest wait is bounded too. */
const mostWaits = 5;
const longestWaitSeconds = 90;

export function createOperationSteps(caller: OperationCaller): OperationSteps {
  const checks = new Map<Operation, (callArguments: Record<string, unknown>) => Promise<void>>();
  const check: OperationSteps['check'] = (operation, callArguments) => {
    let known = checks.get(operation);
    if (known === undefined) {
      known = createArgumentCheck(operation);
      checks.set(operation, known);
    }
    return known({ ...callArguments });
  };
  return {
    check,
    async call(operation, callArguments, context) {
      await check(operation, callArguments);
      for (let waits = 0; ; waits += 1) {
        throwIfCancelled(context.signal);
        try {
          return await caller.call(operation, callArguments, context);
        } catch (error) {
          const seconds = waits < mostWaits ? secondsToWait(operation, error) : undefined;
          if (seconds === undefined) throw error;
          await sleep(seconds * 1000, context.signal);
        }
      }
    },
  };
}

/** @throws SmartleadError `cancelled` between two steps, when nothing is on its way. */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new SmartleadError('cancelled', 'The call was cancelled before this step; it was not sent.');
}

function secondsToWait(operation: Operation, error: unknown): number | undefined {
  if (!(error instanceof SmartleadError)) return undefined;
  const worthWaiting = error.code === 'rate_limit_queue_full' || (error.code === 'smartlead_rate_limited' && isRead(operation));
  const seconds = error.retryAfter ?? 1;
  return worthWaiting && seconds <= longestWaitSeconds ? Math.max(1, seconds) : undefined;
}

const byId = new Map(operations.map((operation) => [operation.id, operation]));

/** @throws Error for an id the catalogue does not have: a mistake in this program. */
export function operationById(id: string): Operation {
  const operation = byId.get(id);
  if (operation === undefined) throw new Error(`the catalogue has no operation ${id}`);
  return operation;
}
