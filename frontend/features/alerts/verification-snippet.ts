/** How a receiver in Node.js tells that a message is genuine and recent, by the Standard Webhooks specification. */
export const verificationSnippet = `import { createHmac, timingSafeEqual } from 'node:crypto';

// headers: those of the request; body: its text, not parsed yet.
export function isGenuine(headers, body, secret) {
  const id = headers['webhook-id'];
  const time = headers['webhook-timestamp'];
  const isRecent = Math.abs(Date.now() / 1000 - Number(time)) < 300;
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const expected = createHmac('sha256', key).update(\`\${id}.\${time}.\${body}\`).digest();
  return isRecent && String(headers['webhook-signature']).split(' ').some((signature) => {
    const given = Buffer.from(signature.replace('v1,', ''), 'base64');
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}`;
