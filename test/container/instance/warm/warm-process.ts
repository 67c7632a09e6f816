import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { createIdentifier } from '../../../../core/identifiers.ts';
import type { InstanceConfiguration } from '../../../../core/instance-configuration.ts';
import {
  AssignmentKeys,
  type IdentityView,
  publicKeyBytes,
  signAssignment,
  transcriptOf,
  warmPaths,
} from '../../../../core/warm-assignment.ts';
import type { WarmPoolKeys } from '../../../../functions/adapters/warm-pool/warm-pool-keys.ts';
import { type BuiltInstance, type RunningProcess, runBuilt } from '../built-instance.ts';
import { type RawAnswer, rawRequest } from '../raw-http.ts';

/** A warm process as a launcher of child processes starts it. */
export interface WarmProcessUnderTest {
  id: string;
  address: string;
  keys: WarmPoolKeys;
  running: RunningProcess;
}

/** The control plane of these tests. */
export const signingKey = generateKeyPairSync('ed25519').privateKey;

export function enrolment(id = createIdentifier('warmProcess'), poolSecret = randomBytes(32)) {
  return {
    processId: id,
    poolSecret: poolSecret.toString('base64url'),
    controlPlaneKey: publicKeyBytes(signingKey).toString('base64url'),
  };
}

export async function startWarm(built: BuiltInstance, ...options: string[]): Promise<WarmProcessUnderTest> {
  const line = enrolment();
  const running = runBuilt(built.folder, ['warm', '--managed', ...options]);
  running.process.stdin.write(`${JSON.stringify(line)}\n`);
  const [, port] = await running.waitFor(/^\{"event":"warm","port":(\d+)\}\n/);
  const keys = { poolSecret: Buffer.from(line.poolSecret, 'base64url'), signingKey };
  return { id: line.processId, address: `http://127.0.0.1:${port}`, keys, running };
}

export const plantedKey = 'canary-smartlead-key-5f1a';
export const plantedToken = 'canary-access-token-88b1';

export function configuration(more: Partial<InstanceConfiguration> = {}): InstanceConfiguration {
  const host = 'http://127.0.0.1:9';
  return {
    instanceId: 'ins_01k8z3x5v7c9b2n4m6q8r0t2w4',
    mode: 'both',
    policy: 'read-only',
    smartleadApiKey: plantedKey,
    accessToken: plantedToken,
    smartleadHosts: { core: host, prospect: host, delivery: host, senders: host },
    ...more,
  };
}

/** Sends JSON, or any text, to one of the two doors. */
export function post(address: string, path: string, body: unknown, headers: Record<string, string> = {}): Promise<RawAnswer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return rawRequest(`${address}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: text,
  });
}

export interface HandMade {
  /** Changes what is taken for the truth before keys and signature are made. */
  view?: Partial<IdentityView>;
  plaintext?: string;
  signingKey?: KeyObject;
  poolSecret?: Buffer;
}

/** An assignment made by hand, to be sent or spoilt: right in all but what is said. */
export async function makeAssignment({ id, address, keys }: WarmProcessUnderTest, change: HandMade = {}) {
  const challenge = randomBytes(32);
  const identity = await post(address, warmPaths.identity, { protocol: 1, challenge: challenge.toString('base64url') });
  const { nonce, publicKey } = JSON.parse(identity.text) as { nonce: string; publicKey: string };
  const bytes = (text: string) => Buffer.from(text, 'base64url');
  const view: IdentityView = {
    processId: id,
    address: address.replace('http://', ''),
    challenge,
    nonce: bytes(nonce),
    processKey: bytes(publicKey),
    ...change.view,
  };
  const own = generateKeyPairSync('x25519');
  const ownKey = publicKeyBytes(own.publicKey);
  const transcript = transcriptOf(view, ownKey);
  const sealing = new AssignmentKeys(own.privateKey, view.processKey, change.poolSecret ?? keys.poolSecret, transcript);
  const sealed = sealing.seal(change.plaintext ?? JSON.stringify({ configuration: configuration() }));
  return {
    protocol: 1,
    challenge: challenge.toString('base64url'),
    publicKey: ownKey.toString('base64url'),
    sealed: sealed.toString('base64url'),
    signature: signAssignment(change.signingKey ?? keys.signingKey, transcript, sealed).toString('base64url'),
  };
}
