import { expect, it } from 'vitest';
import { verificationSnippet } from '../../frontend/features/alerts/verification-snippet.ts';
import { createWebhookSecret, signatureHeaders } from '../../functions/adapters/webhook/signature.ts';

type IsGenuine = (headers: Record<string, string>, body: string, secret: string) => boolean;

async function snippet(): Promise<IsGenuine> {
  const { isGenuine } = await import(`data:text/javascript,${encodeURIComponent(verificationSnippet)}`);
  return isGenuine;
}

const body = JSON.stringify({ type: 'alert.fired', data: { message: 'Many calls fail – 31 of 90' } });
const now = () => Math.floor(Date.now() / 1000);

it('the snippet takes what the service signs', async () => {
  const secret = createWebhookSecret();
  const isGenuine = await snippet();
  expect(isGenuine(signatureHeaders(secret, 'dlv_1', now(), body), body, secret)).toBe(true);
});

it('the snippet refuses what is altered, old, signed by another, or not signed', async () => {
  const secret = createWebhookSecret();
  const isGenuine = await snippet();
  const headers = signatureHeaders(secret, 'dlv_1', now(), body);
  expect(isGenuine(headers, `${body} `, secret)).toBe(false);
  expect(isGenuine({ ...headers, 'webhook-id': 'dlv_2' }, body, secret)).toBe(false);
  expect(isGenuine(headers, body, createWebhookSecret())).toBe(false);
  expect(isGenuine(signatureHeaders(secret, 'dlv_1', now() - 3600, body), body, secret)).toBe(false);
  expect(isGenuine({ 'webhook-id': 'dlv_1', 'webhook-timestamp': String(now()) }, body, secret)).toBe(false);
  expect(isGenuine({}, body, secret)).toBe(false);
});
