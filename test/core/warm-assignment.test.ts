import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  AssignmentKeys,
  assignmentSigningKey,
  type IdentityView,
  identityProof,
  isSignedAssignment,
  publicKeyBytes,
  signAssignment,
  socketAddressText,
  transcriptOf,
} from '../../core/warm-assignment.ts';

const poolSecret = randomBytes(32);
const process = generateKeyPairSync('x25519');
const control = generateKeyPairSync('x25519');
const controlKey = publicKeyBytes(control.publicKey);
const view: IdentityView = {
  processId: 'wrm_1',
  address: '10.64.96.12:3000',
  challenge: randomBytes(32),
  nonce: randomBytes(32),
  processKey: publicKeyBytes(process.publicKey),
};
const transcript = transcriptOf(view, controlKey);
const others: [string, Partial<IdentityView>][] = [
  ['name', { processId: 'wrm_2' }],
  ['address', { address: '10.64.96.13:3000' }],
  ['challenge', { challenge: randomBytes(32) }],
  ['nonce', { nonce: randomBytes(32) }],
  ['key', { processKey: randomBytes(32) }],
];

describe('the keys of an assignment', () => {
  const keysOfControl = () => new AssignmentKeys(control.privateKey, view.processKey, poolSecret, transcript);
  const keysOfProcess = (secret = poolSecret, of = transcript) => new AssignmentKeys(process.privateKey, controlKey, secret, of);

  it('are the same on both sides, and open what the other side sealed', () => {
    const sealed = keysOfControl().seal('grüße');
    expect(keysOfProcess().open(sealed)).toBe('grüße');
    expect(keysOfProcess().confirmation).toEqual(keysOfControl().confirmation);
  });

  it('open nothing that was changed, cut short, or sealed in another conversation or pool', () => {
    const sealed = keysOfControl().seal('secret');
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => keysOfProcess().open(changed)).toThrow();
      expect(() => keysOfProcess().open(sealed.subarray(0, index))).toThrow();
    }
    expect(() => keysOfProcess(randomBytes(32)).open(sealed)).toThrow();
    expect(() => keysOfProcess(poolSecret, transcriptOf({ ...view, address: '10.0.0.1:1' }, controlKey)).open(sealed)).toThrow();
  });

  it('are gone once they are wiped', () => {
    const keys = keysOfControl();
    const sealed = keys.seal('secret');
    keys.wipe();
    expect(() => keys.open(sealed)).toThrow();
  });

  it('are not made with a key that gives no secret', () => {
    expect(() => new AssignmentKeys(process.privateKey, Buffer.alloc(32), poolSecret, transcript)).toThrow();
  });
});

describe('what both sides prove', () => {
  it.each(others)('depends on the %s', (_name, other) => {
    expect(identityProof(poolSecret, { ...view, ...other })).not.toEqual(identityProof(poolSecret, view));
    expect(transcriptOf({ ...view, ...other }, controlKey)).not.toEqual(transcript);
  });

  it('cannot be had by moving a border between two parts', () => {
    const moved = { ...view, processId: `${view.processId}1`, address: view.address.slice(1) };
    expect(identityProof(poolSecret, moved)).not.toEqual(identityProof(poolSecret, view));
  });

  it('is signed with a key made from a seed, the same every time', () => {
    const seed = randomBytes(32);
    const sealed = randomBytes(50);
    const publicKey = publicKeyBytes(assignmentSigningKey(seed));
    const signature = signAssignment(assignmentSigningKey(seed), transcript, sealed);
    expect(isSignedAssignment(publicKey, transcript, { sealed, signature })).toBe(true);
    expect(isSignedAssignment(publicKey, transcript, { sealed: randomBytes(50), signature })).toBe(false);
    expect(isSignedAssignment(publicKey, randomBytes(32), { sealed, signature })).toBe(false);
    const other = publicKeyBytes(assignmentSigningKey(randomBytes(32)));
    expect(isSignedAssignment(other, transcript, { sealed, signature })).toBe(false);
  });
});

it.each([
  ['10.64.96.12', 3000, '10.64.96.12:3000'],
  ['::ffff:10.64.96.12', 3000, '10.64.96.12:3000'],
  ['::1', 80, '[::1]:80'],
  ['[2001:DB8::1]', 3000, '[2001:db8::1]:3000'],
])('the address %s and port %i are written %s on both sides', (host, port, text) => {
  expect(socketAddressText(host, port)).toBe(text);
});
