import { type Refusal, type RpcId, refusals } from './refusal.ts';
import type { RpcRequest } from './rpc-request.ts';

const maxIdLength = 1_000;
/** Bytes of a message that begins a session. What it says is remembered as long as the session; honest clients say less than 2 KB. */
const maxHandshakeBytes = 64 * 1024;
/** Visible ASCII, as the protocol asks of session ids, and no longer than a header line may reasonably be. */
const sessionIdPattern = /^[\x21-\x7e]{1,2048}$/;

export function isPossibleSessionId(id: string): boolean {
  return sessionIdPattern.test(id);
}

/** Why the ids of the requests cannot be used; `undefined` where they can. They are remembered until their answers come. */
export function refusedByIds({ requestIds, cancelledIds }: RpcRequest): Refusal | undefined {
  return requestIds.every(isUsableId) && cancelledIds.every(isUsableId) ? undefined : refusals.requestIdUnusable;
}

/** Why a message may not begin a session; `undefined` where it may, or begins none. */
export function refusedByHandshake({ initialize }: RpcRequest, bodyBytes: number): Refusal | undefined {
  return initialize !== undefined && bodyBytes > maxHandshakeBytes ? refusals.handshakeTooLarge : undefined;
}

/** A number beyond all numbers, such as 1e999, cannot be said back. */
function isUsableId(id: RpcId): boolean {
  return typeof id === 'number' ? Number.isFinite(id) : id.length <= maxIdLength;
}
