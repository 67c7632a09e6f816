import { createHmac, createSecretKey, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto';
import type { HandshakeParams, SessionRecord, SessionTransport } from './session-record.ts';

/** Ids travel in every request's header. A handshake that is longer is remembered by the directory alone. */
const longestHandshake = 700;
const longestId = 2_048;
const signatureBytes = 16;

/** What an id says: instance, workspace, transport (0: HTTP+SSE, 1: Streamable HTTP), seconds since 1970, randomness, handshake. */
type Content = [
  instance: string,
  workspace: string,
  transport: 0 | 1,
  issuedAt: number,
  random: string,
  handshake?: HandshakeParams,
];

export interface SessionSeed {
  instanceId: string;
  workspaceId: string;
  transport: SessionTransport;
  /** Absent where the session begins without one. */
  handshake?: HandshakeParams;
}

/**
 * Makes session ids that any router with the same key can read: they say whose the session is and how it began, and are signed. A
 * router that has never heard of a session, because the one that had was killed, opens it again from its id alone. An id is no
 * credential: every request must still show a token of the same workspace and instance.
 */
export class SessionIds {
  /** Prepared once: that takes longer than a signature. */
  readonly #key: KeyObject;
  readonly #keys: readonly KeyObject[];

  /**
   * @param key Must be the same at every router of an installation, and secret. At least 32 bytes.
   * @param others Were, or will be, signed with: ids that they signed are read all the same.
   */
  constructor(key: Buffer, others: readonly Buffer[] = []) {
    if ([key, ...others].some(({ length }) => length < 32)) {
      throw new Error('The key for session ids must have at least 32 bytes.');
    }
    this.#key = createSecretKey(key);
    this.#keys = [this.#key, ...others.map((other) => createSecretKey(other))];
  }

  issue(seed: SessionSeed): string {
    const { instanceId, workspaceId, transport, handshake } = seed;
    const content: Content = [
      instanceId,
      workspaceId,
      transport === 'http-sse' ? 0 : 1,
      Math.floor(Date.now() / 1000),
      randomBytes(12).toString('base64url'),
    ];
    if (handshake !== undefined && JSON.stringify(handshake).length <= longestHandshake) content.push(handshake);
    const text = Buffer.from(JSON.stringify(content)).toString('base64url');
    return `${text}.${signatureOf(text, this.#key)}`;
  }

  /**
   * The session as it began: with its handshake taken to be complete, where the id holds one. `undefined` for an id that none of the
   * keys signed, and for one that is older than `maxAgeMs`.
   */
  read(id: string, maxAgeMs: number): SessionRecord | undefined {
    if (id.length > longestId) return undefined;
    const dot = id.indexOf('.');
    if (dot === -1) return undefined;
    const text = id.slice(0, dot);
    const signature = id.slice(dot + 1);
    if (!this.#keys.some((key) => isSame(signature, signatureOf(text, key)))) return undefined;
    const [instanceId, workspaceId, transport, issuedAt, , handshake] = JSON.parse(
      Buffer.from(text, 'base64url').toString('utf8'),
    ) as Content;
    if (Date.now() - issuedAt * 1000 > maxAgeMs) return undefined;
    const record: SessionRecord = {
      id,
      instanceId,
      workspaceId,
      transport: transport === 0 ? 'http-sse' : 'streamable-http',
      createdAt: issuedAt * 1000,
      initialized: handshake !== undefined,
    };
    if (handshake !== undefined) record.handshake = handshake;
    return record;
  }
}

function signatureOf(text: string, key: KeyObject): string {
  return createHmac('sha256', key).update(text).digest().subarray(0, signatureBytes).toString('base64url');
}

function isSame(given: string, expected: string): boolean {
  const one = Buffer.from(given);
  const other = Buffer.from(expected);
  return one.length === other.length && timingSafeEqual(one, other);
}
