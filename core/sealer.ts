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
}

const format = 1;
const keyIdLength = 8;
const nonceLength = 12;
const tagLength = 16;
const headerLength = 1 + keyIdLength;

/**
 * Seals with AES-256-GCM. A sealed value is: format (1 byte), id of the key (8 bytes, for rotation), nonce (12), ciphertext, tag (16);
 * header and context are authenticated. The nonce is random, which is safe for 2^32 seals with one key (NIST SP 800-38D, 8.3).
 */
export function createSealer(key: SealingKey): Sealer {
  const header = Buffer.concat([Buffer.from([format]), key.id]);
  return {
    seal(context, plaintext) {
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: tagLength });
      cipher.setAAD(Buffer.concat([header, Buffer.from(context)]));
      const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      return Buffer.concat([header, nonce, ciphertext, cipher.getAuthTag()]);
    },
    open(context, sealed) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      if (bytes.length < headerLength + nonceLength + tagLength || !bytes.subarray(0, headerLength).equals(header)) {
        throw new SealBrokenError('sealed with another key, or not a sealed value');
      }
      const nonce = bytes.subarray(headerLength, headerLength + nonceLength);
      const decipher = createDecipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: tagLength });
      decipher.setAAD(Buffer.concat([header, Buffer.from(context)]));
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
