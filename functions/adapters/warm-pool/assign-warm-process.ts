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
import type { WarmPoolKeys } from './warm-pool-keys.ts';
import { type WarmAnswer, WarmProcessConnection } from './warm-process-connection.ts';

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
    const { view, poolSecret } = await identify(connection, process, keys);
    const own = generateKeyPairSync('x25519');
    const ownKey = publicKeyBytes(own.publicKey);
    const transcript = transcriptOf(view, ownKey);
    const sealing = createKeys(own.privateKey, view, poolSecret, transcript);
    try {
      const sealed = sealing.seal(JSON.stringify(assignment));
      const request = { protocol: 1, challenge: text(view.challenge), publicKey: text(ownKey), sealed: text(sealed) };
      const send = (signingKey: KeyObject) => {
        const signature = text(signAssignment(signingKey, transcript, sealed));
        return connection.post(warmPaths.assignment, { ...request, signature });
      };
      const { status, body } = await untilBelieved([keys.signingKey, ...(keys.otherSigningKeys ?? [])], send);
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
  { poolSecret: usual, otherPoolSecrets = [] }: WarmPoolKeys,
): Promise<{ view: IdentityView; poolSecret: Buffer }> {
  const challenge = randomBytes(32);
  const { status, body } = await connection.post(warmPaths.identity, { protocol: 1, challenge: text(challenge) });
  checkStatus(status);
  const identity = identitySchema.safeParse(body).data;
  if (identity === undefined) throw new WarmAssignmentFailed('not-authentic', 'it does not speak the pool’s protocol');
  const { processId, nonce, publicKey } = identity;
  const { host, port } = connection.peer;
  const view = { processId, address: socketAddressText(host, port), challenge, nonce, processKey: publicKey };
  const poolSecret = [usual, ...otherPoolSecrets].find((secret) => timingSafeEqual(identity.proof, identityProof(secret, view)));
  if (poolSecret === undefined) {
    throw new WarmAssignmentFailed('not-authentic', 'its proof does not hold for this pool at this address');
  }
  if (processId !== id) throw new WarmAssignmentFailed('not-authentic', 'it is another process of the pool');
  return { view, poolSecret };
}

/**
 * Signs with one key after the other until the process does not say any more that the signature is not that of its control plane (403). A
 * process that says so has not changed, and the same sealed text tells a listener nothing new.
 */
async function untilBelieved(
  signingKeys: readonly [KeyObject, ...KeyObject[]],
  send: (signingKey: KeyObject) => Promise<WarmAnswer>,
): Promise<WarmAnswer> {
  const [first, ...others] = signingKeys;
  let answer = await send(first);
  for (const signingKey of others) {
    if (answer.status !== 403) break;
    answer = await send(signingKey);
  }
  return answer;
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

function createKeys(own: KeyObject, { processKey }: IdentityView, poolSecret: Buffer, transcript: Buffer): AssignmentKeys {
  try {
    return new AssignmentKeys(own, processKey, poolSecret, transcript);
  } catch (error) {
    throw new WarmAssignmentFailed('not-authentic', 'its key is none', { cause: error });
  }
}

function text(bytes: Buffer): string {
  return bytes.toString('base64url');
}
