import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** A sealed value does not open: another key, another context, or a changed byte. Says nothing of its content. */
export class SealBrokenError extends Error {
  override readonly name = 'SealBrokenError';
}

/** A key to seal with. */
export interface SealingKey {
  /** 32 bytes. */
  bytes: Buffer;
  /** 8 bytes that name the key and do not reveal it. */
  id: Buffer;
}

/** Keeps texts unreadable and unchangeable where they are stored. */
export interface Sealer {
  /**
   * Seals a text for one place, which `context` names: it opens only with the same context, so sealed values cannot change places.
   */
  seal(context: string, plaintext: string): Buffer;
  /** Throws {@link SealBrokenError}. */
  open(context: string, sealed: Uint8Array): string;
  /** Whether this was sealed with the key that is sealed with now; what was not has to be sealed again before its key is forgotten. */
  isCurrent(sealed: Uint8Array): boolean;
}

const format = 1;
const keyIdLength = 8;
const nonceLength = 12;
const tagLength = 16;
const headerLength = 1 + keyIdLength;

/**
 * Seals with AES-256-GCM. A sealed value is: format (1 byte), id of the key (8 bytes, for rotation), nonce (12), ciphertext, tag (16);
 * header and context are authenticated. The nonce is random, which is safe for 2^32 seals with one key (NIST SP 800-38D, 8.3).
 * @param key What is sealed with.
 * @param others What was, or will be, sealed with: opened all the same.
 */
export function createSealer(key: SealingKey, others: readonly SealingKey[] = []): Sealer {
  const header = headerOf(key);
  const keys = [key, ...others].map(({ bytes, id }) => ({ bytes, header: headerOf({ id }) }));
  return {
    isCurrent: (sealed) => startsWith(bytesOf(sealed), header),
    seal(context, plaintext) {
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: tagLength });
      cipher.setAAD(Buffer.concat([header, Buffer.from(context)]));
      const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      return Buffer.concat([header, nonce, ciphertext, cipher.getAuthTag()]);
    },
    open(context, sealed) {
      const bytes = bytesOf(sealed);
      const used = keys.find((known) => startsWith(bytes, known.header));
      if (used === undefined || bytes.length < headerLength + nonceLength + tagLength) {
        throw new SealBrokenError('sealed with another key, or not a sealed value');
      }
      const nonce = bytes.subarray(headerLength, headerLength + nonceLength);
      const decipher = createDecipheriv('aes-256-gcm', used.bytes, nonce, { authTagLength: tagLength });
      decipher.setAAD(Buffer.concat([used.header, Buffer.from(context)]));
      decipher.setAuthTag(bytes.subarray(-tagLength));
      try {
        const plaintext = decipher.update(bytes.subarray(headerLength + nonceLength, -tagLength));
        return Buffer.concat([plaintext, decipher.final()]).toString('utf8');
      } catch (error) {
        throw new SealBrokenError('the sealed value was changed or belongs elsewhere', { cause: error });
      }
    },
  };
}

function headerOf({ id }: Pick<SealingKey, 'id'>): Buffer {
  return Buffer.concat([Buffer.from([format]), id]);
}

function startsWith(bytes: Buffer, header: Buffer): boolean {
  return bytes.subarray(0, header.length).equals(header);
}

function bytesOf(sealed: Uint8Array): Buffer {
  return Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
}
