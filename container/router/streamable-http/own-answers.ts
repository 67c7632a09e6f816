import { outcomeUnknownResponse } from '../outcome-unknown.ts';
import { type Refusal, type RpcId, refusals } from '../refusal.ts';
import type { RpcRequest } from '../rpc-request.ts';

/** How an instance failed to answer. */
export type LostAnswer =
  /** Its connection broke off. */
  | 'lost'
  /** It ended its answer without a result. */
  | 'empty';

/** A JSON-RPC response that the router gives in the place of an instance. */
export interface OwnAnswer {
  id: RpcId;
  json: string;
}

/** What becomes of the requests whose answers were lost. */
export interface Verdict {
  /** Those that are answered now, because asking again could do something twice, or because it was tried often enough. */
  answers: OwnAnswer[];
  /** Those that are asked again. */
  repeat: RpcId[];
}

/** Processes that are asked, one after the other, until a request is given up: it may be what ends them. */
const mostLosses = 3;

/**
 * Decides about requests that were handed to a process which did not answer them.
 * @param losses How many processes lost them, this one included.
 */
export function judgeLost(
  waiting: readonly RpcId[],
  rpc: RpcRequest,
  why: LostAnswer,
  losses: number,
  isStateless: boolean,
): Verdict {
  const answers: OwnAnswer[] = [];
  const repeat: RpcId[] = [];
  for (const id of waiting) {
    if (rpc.unrepeatableIds.includes(id)) {
      const isCall = rpc.calls.some((call) => call.id === id);
      answers.push({ id, json: outcomeUnknownResponse({ id, isCall, isStateless }) });
    } else if (losses > mostLosses) answers.push({ id, json: refusalOfRead(why).body(id) });
    else repeat.push(id);
  }
  return { answers, repeat };
}

/** Why a request that only reads is given up. */
export function refusalOfRead(why: LostAnswer): Refusal {
  return why === 'empty' ? refusals.emptyAnswer : refusals.instanceLost;
}
