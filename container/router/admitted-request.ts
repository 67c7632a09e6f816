import type { Door } from './doors.ts';
import type { PostLease } from './post-allowance.ts';
import type { PendingResponse } from './respond.ts';
import type { RpcRequest } from './rpc-request.ts';
import type { SessionRecord } from './sessions/session-record.ts';
import type { VerifiedToken } from './token-verifier.ts';

/** A client's request that may pass: its token opens the instance, its session is its own, its body was read. */
export interface AdmittedRequest extends PendingResponse {
  readonly door: Door;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly token: VerifiedToken;
  readonly requestId: string;
  /** The session the client names, if any. */
  readonly sessionId: string | undefined;
  /** What is known of that session. It belongs to the subject of the token. */
  readonly session: SessionRecord | undefined;
  /** What the body says, where there is one. */
  readonly rpc: RpcRequest | undefined;
  /** The share of memory that the body takes, where there is one. */
  readonly lease: PostLease | undefined;
}
