import type { KeyObject } from 'node:crypto';
import { WarmAssignmentFailed } from './warm-assignment-failed.ts';

/** What the control plane proves itself with, and what processes of the pool prove themselves with. */
export interface WarmPoolKeys {
  /** 32 bytes. */
  poolSecret: Buffer;
  /** Private Ed25519 key: see `assignmentSigningKey`. */
  signingKey: KeyObject;
  /** Of processes that were started before a rotation of the pool's secret, and prove themselves with another one. */
  otherPoolSecrets?: readonly Buffer[];
  /** Of processes that were started before a rotation, or by somebody who knows of it already, and take orders from another key. */
  otherSigningKeys?: readonly KeyObject[];
}

/** Reads the keys; with `newest`, not as they were remembered. */
export type ReadWarmPoolKeys = (options?: { newest?: boolean }) => Promise<WarmPoolKeys>;

/**
 * Talks to a process with the keys that are remembered and, where it proves itself with none of them, once more with what there is now: a
 * process that was started after a rotation knows the new secret before those who remember the old one.
 */
export async function withWarmPoolKeys<Result>(
  read: ReadWarmPoolKeys,
  talk: (keys: WarmPoolKeys) => Promise<Result>,
): Promise<Result> {
  const remembered = await read();
  try {
    return await talk(remembered);
  } catch (error) {
    if (!(error instanceof WarmAssignmentFailed) || error.failure !== 'not-authentic') throw error;
    const present = await read({ newest: true });
    if (present.poolSecret.equals(remembered.poolSecret)) throw error;
    return talk(present);
  }
}
