import { type Refusal, type RpcId, refusals } from './refusal.ts';
import type { RpcRequest } from './rpc-request.ts';

const maxIdLength = 1_000;
/** Visible ASCII, as the protocol asks of session ids, and no longer than a header line may reasonably be. */
const sessionIdPattern = /^[\x21-\x7e]{1,2048}$/;

export function isPossibleSessionId(id: string): boolean {
  return sessionIdPattern.test(id);
}

/** Why the ids of the requests cannot be used; `undefined` where they can. They are remembered until their answers come. */
export function refusedByIds({ requestIds, cancelledIds }: RpcRequest): Refusal | undefined {
  return requestIds.every(isUsableId) && cancelledIds.every(isUsableId) ? undefined : refusals.requestIdUnusable;
}

/** A number beyond all numbers, such as 1e999, cannot be said back. */
function isUsableId(id: RpcId): boolean {
  return typeof id === 'number' ? Number.isFinite(id) : id.length <= maxIdLength;
}
