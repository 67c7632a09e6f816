import { generateKeyPairSync, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  AssignmentKeys,
  assignmentAnswerSchema,
  type IdentityView,
  identityProof,
  identitySchema,
  publicKeyBytes,
  type SentAssignment,
  signAssignment,
  socketAddressText,
  transcriptOf,
  warmPaths,
} from '../../../core/warm-assignment.ts';
import { WarmAssignmentFailed } from './warm-assignment-failed.ts';
import { WarmProcessConnection } from './warm-process-connection.ts';

/** What the control plane proves itself with, and what processes of the pool prove themselves with. */
export interface WarmPoolKeys {
  /** 32 bytes. */
  poolSecret: Buffer;
  /** Private Ed25519 key: see `assignmentSigningKey`. */
  signingKey: KeyObject;
}

/** A warm process, as the pool's store knows it. */
export interface WarmProcessAddress {
  /** Its name, which it must prove. */
  id: string;
  /** Base URL with an IP address. */
  address: string;
}

export interface AssignmentOptions {
  /** For the whole conversation; 5 s where nothing is said. */
  deadlineMilliseconds?: number;
}

const usualDeadlineMilliseconds = 5000;

/**
 * Asks a process whether it can be assigned, without doing so. Resolves where it proves to be the one that is meant, is there and is
 * still without a customer.
 * @throws WarmAssignmentFailed
 */
export async function identifyWarmProcess(
  process: WarmProcessAddress,
  keys: WarmPoolKeys,
  { deadlineMilliseconds = usualDeadlineMilliseconds }: AssignmentOptions = {},
): Promise<void> {
  const connection = new WarmProcessConnection(process.address, deadlineMilliseconds);
  try {
    await identify(connection, process, keys);
  } finally {
    connection.close();
  }
}

/**
 * Makes a warm process an instance of one customer. Resolves when its doors serve at the same address. The configuration leaves this
 * process only after the other one has proved who and where it is, and sealed for it alone.
 * @throws WarmAssignmentFailed. Whatever it says, the process has to be ended: what became of it may be unknown.
 */
export async function assignWarmProcess(
  process: WarmProcessAddress,
  assignment: SentAssignment,
  keys: WarmPoolKeys,
  { deadlineMilliseconds = usualDeadlineMilliseconds }: AssignmentOptions = {},
): Promise<void> {
  const connection = new WarmProcessConnection(process.address, deadlineMilliseconds);
  try {
    const view = await identify(connection, process, keys);
    const own = generateKeyPairSync('x25519');
    const ownKey = publicKeyBytes(own.publicKey);
    const transcript = transcriptOf(view, ownKey);
    const sealing = createKeys(own.privateKey, view, keys, transcript);
    try {
      const sealed = sealing.seal(JSON.stringify(assignment));
      const { status, body } = await connection.post(warmPaths.assignment, {
        protocol: 1,
        challenge: text(view.challenge),
        publicKey: text(ownKey),
        sealed: text(sealed),
        signature: text(signAssignment(keys.signingKey, transcript, sealed)),
      });
      checkStatus(status);
      const answer = assignmentAnswerSchema.safeParse(body).data;
      if (answer === undefined || !timingSafeEqual(answer.proof, sealing.confirmation)) {
        throw new WarmAssignmentFailed('not-authentic', 'it does not prove that it opened the assignment');
      }
    } finally {
      sealing.wipe();
    }
  } finally {
    connection.close();
  }
}

async function identify(
  connection: WarmProcessConnection,
  { id }: WarmProcessAddress,
  { poolSecret }: WarmPoolKeys,
): Promise<IdentityView> {
  const challenge = randomBytes(32);
  const { status, body } = await connection.post(warmPaths.identity, { protocol: 1, challenge: text(challenge) });
  checkStatus(status);
  const identity = identitySchema.safeParse(body).data;
  if (identity === undefined) throw new WarmAssignmentFailed('not-authentic', 'it does not speak the pool’s protocol');
  const { processId, nonce, publicKey } = identity;
  const { host, port } = connection.peer;
  const view = { processId, address: socketAddressText(host, port), challenge, nonce, processKey: publicKey };
  if (!timingSafeEqual(identity.proof, identityProof(poolSecret, view))) {
    throw new WarmAssignmentFailed('not-authentic', 'its proof does not hold for this pool at this address');
  }
  if (processId !== id) throw new WarmAssignmentFailed('not-authentic', 'it is another process of the pool');
  return view;
}

/** A process that serves a customer knows no doors of the pool: 401 or 404, as for any path of a stranger. */
function checkStatus(status: number): void {
  if (status === 200) return;
  if (status === 401 || status === 404 || status === 409) throw new WarmAssignmentFailed('taken', `it answers ${status}`);
  if (status === 400 || status === 403 || status === 413 || status === 422) {
    throw new WarmAssignmentFailed('refused', `it answers ${status}`);
  }
  throw new WarmAssignmentFailed('unreachable', `it answers ${status}`);
}

function createKeys(
  own: KeyObject,
  { processKey }: IdentityView,
  { poolSecret }: WarmPoolKeys,
  transcript: Buffer,
): AssignmentKeys {
  try {
    return new AssignmentKeys(own, processKey, poolSecret, transcript);
  } catch (error) {
    throw new WarmAssignmentFailed('not-authentic', 'its key is none', { cause: error });
  }
}

function text(bytes: Buffer): string {
  return bytes.toString('base64url');
}
