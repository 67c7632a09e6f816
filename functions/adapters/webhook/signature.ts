import { createHmac, randomBytes } from 'node:crypto';

const secretPrefix = 'whsec_';

/** Makes a secret for signing messages to a webhook, in the form of the Standard Webhooks specification: 32 random bytes. */
export function createWebhookSecret(): string {
  return secretPrefix + randomBytes(32).toString('base64');
}

/**
 * The headers with which a receiver can tell that a message is from us, is not altered, is not old, and whether it came before.
 * Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 *
 * @param secret As {@link createWebhookSecret} makes it.
 * @param seconds Unix time of the attempt.
 */
export function signatureHeaders(secret: string, id: string, seconds: number, body: string): Record<string, string> {
  const key = Buffer.from(secret.slice(secretPrefix.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${signature}` };
}
