import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import type { z } from 'zod';
import {
  AssignmentKeys,
  type assignmentRequestSchema,
  type IdentityView,
  identityProof,
  isSignedAssignment,
  publicKeyBytes,
  transcriptOf,
  type WarmAssignment,
  type WarmEnrolment,
  warmAssignmentSchema,
} from '../../../core/warm-assignment.ts';

/**
 * What became of an attempt. `taken`: the process is, or is becoming, somebody's. `not-authentic`: it does not come from the control
 * plane, or is meant for another process; which of the two is nobody's business. `unusable`: it is authentic, but what it holds cannot be
 * served; nothing else will be accepted.
 */
export type Attempt =
  | { outcome: 'accepted'; assignment: WarmAssignment; confirmation: Buffer }
  | { outcome: 'taken' }
  | { outcome: 'not-authentic' }
  | { outcome: 'unusable'; fields: string[] };

/**
 * The side of the protocol that is assigned, once. Its nonce and its key are the same for all who ask, so asking changes nothing and
 * nobody can spoil what is between it and the control plane.
 */
export class Assignee {
  readonly #enrolment: WarmEnrolment;
  readonly #nonce = randomBytes(32);
  readonly #publicKey: Buffer;
  #key: KeyObject | undefined;
  #ownKey: string | undefined;

  /** @param ownKey Smartlead key of the customer that this process was started for; an assignment then needs to hold none. */
  constructor(enrolment: WarmEnrolment, ownKey?: string) {
    const { privateKey, publicKey } = generateKeyPairSync('x25519');
    this.#enrolment = enrolment;
    this.#key = privateKey;
    this.#ownKey = ownKey;
    this.#publicKey = publicKeyBytes(publicKey);
  }

  /**
   * Who this process is, for whoever asks.
   * @param address Its own, of the connection on which it was asked.
   */
  identity(challenge: Buffer, address: string) {
    const { poolSecret, processId } = this.#enrolment;
    const proof = identityProof(poolSecret, this.#view(challenge, address));
    const text = (bytes: Buffer) => bytes.toString('base64url');
    return { protocol: 1, processId, nonce: text(this.#nonce), publicKey: text(this.#publicKey), proof: text(proof) };
  }

  /** Judges an attempt. From the first authentic one on, whatever it holds, no other is accepted and the secrets are gone. */
  accept(request: z.infer<typeof assignmentRequestSchema>, address: string): Attempt {
    const key = this.#key;
    if (key === undefined) return { outcome: 'taken' };
    const { poolSecret, controlPlaneKey } = this.#enrolment;
    const transcript = transcriptOf(this.#view(request.challenge, address), request.publicKey);
    if (!isSignedAssignment(controlPlaneKey, transcript, request)) return { outcome: 'not-authentic' };
    let keys: AssignmentKeys;
    try {
      keys = new AssignmentKeys(key, request.publicKey, poolSecret, transcript);
    } catch {
      return { outcome: 'not-authentic' };
    }
    try {
      const opened = read(keys, request.sealed, this.#ownKey);
      if (opened === undefined) return { outcome: 'not-authentic' };
      this.#key = undefined;
      this.#ownKey = undefined;
      poolSecret.fill(0);
      if ('fields' in opened) return { outcome: 'unusable', fields: opened.fields };
      return { outcome: 'accepted', assignment: opened.assignment, confirmation: keys.confirmation };
    } finally {
      keys.wipe();
    }
  }

  #view(challenge: Buffer, address: string): IdentityView {
    const { processId } = this.#enrolment;
    return { processId, address, challenge, nonce: this.#nonce, processKey: this.#publicKey };
  }
}

function read(
  keys: AssignmentKeys,
  sealed: Buffer,
  ownKey: string | undefined,
): { assignment: WarmAssignment } | { fields: string[] } | undefined {
  let text: string;
  try {
    text = keys.open(sealed);
  } catch {
    return undefined;
  }
  const parsed = warmAssignmentSchema.safeParse(withKey(parseJson(text), ownKey));
  if (parsed.success) return { assignment: parsed.data };
  // Names alone: the values hold the API key and the access token.
  return { fields: [...new Set(parsed.error.issues.map(({ path }) => path.join('.') || 'the whole assignment'))] };
}

/** The assignment's own key goes before that of the process. */
function withKey(assignment: unknown, smartleadApiKey: string | undefined): unknown {
  if (smartleadApiKey === undefined || typeof assignment !== 'object' || assignment === null) return assignment;
  const { configuration } = assignment as { configuration?: unknown };
  if (typeof configuration !== 'object' || configuration === null) return assignment;
  return { ...assignment, configuration: { smartleadApiKey, ...configuration } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
