import { randomUUID } from 'node:crypto';
import { attempts, notAvailable, pauseAfterConflict, requested } from './request.ts';

/** A transaction that ElectroDB has put together: what `createWriteTransaction` answers. */
export interface WriteTransaction {
  go(options: {
    token: string;
  }): Promise<{ canceled: boolean; data: readonly { rejected: boolean; code: string; message?: string | undefined }[] }>;
}

export type TransactionOutcome =
  | { written: true }
  /** Which of the writes, in their order, were refused by their conditions. Nothing was written. */
  | { written: false; refused: boolean[] };

/** Why DynamoDB cancels a transaction without fault of its own or the request's: the same one may work in a moment. */
const passing = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/**
 * Writes several items together, or none. `build` is called for each attempt, so that times in the items are those of the attempt that
 * succeeds; a request whose answer is lost is repeated by the SDK with the same token, which DynamoDB applies once (for ten minutes).
 * Rejects with ProblemError `not-available` where rivals kept it out for seconds.
 */
export async function writeTogether(build: () => WriteTransaction): Promise<TransactionOutcome> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const transaction = build();
    const token = randomUUID();
    const { canceled, data } = await requested(() => transaction.go({ token }));
    if (!canceled) return { written: true };
    const refused = data.map(({ code }) => code === 'ConditionalCheckFailed');
    if (refused.includes(true)) return { written: false, refused };
    const fault = data.find(({ code }) => code !== 'None' && !passing.has(code));
    if (fault) throw new Error(`DynamoDB cancelled a transaction: ${fault.code}: ${fault.message ?? 'no reason given'}`);
    await pauseAfterConflict(attempt);
  }
  throw notAvailable(new Error(`a transaction was kept out by others ${attempts} times`));
}
