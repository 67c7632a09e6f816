import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { isPublicAddress } from '../../../../functions/adapters/webhook/public-address.ts';
import { createWebhookSecret, signatureHeaders } from '../../../../functions/adapters/webhook/signature.ts';
import { HttpWebhookSender } from '../../../../functions/adapters/webhook/webhook-sender.ts';
import { refuseWebhookUrl } from '../../../../functions/adapters/webhook/webhook-url.ts';
import type { AlertMessage } from '../../../../functions/ports.ts';

const now = new Date('2026-11-22T08:00:00.000Z');
const message: AlertMessage = {
  ...{ id: 'dlv_1', subject: 'Subject', text: 'Text', link: 'https://mcp.example.com' },
  event: { type: 'alert.fired', timestamp: now.toISOString(), data: { message: 'Grüße 🚀' } },
};
const strict = { allowPrivateAddresses: false, allowLoopbackHttp: false };
const demo = { allowPrivateAddresses: false, allowLoopbackHttp: true };

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A receiver on this machine. Answers its URL and what it got. */
async function receiver(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const received: { path: string; headers: IncomingMessage['headers']; body: string }[] = [];
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    received.push({ path: request.url ?? '', headers: request.headers, body });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received };
}

/** @param timeoutMilliseconds Short where the answer never comes, else so long that it does not pass on a slow machine. */
function sender(policy = demo, timeoutMilliseconds = 20_000) {
  return new HttpWebhookSender({ policy, clock: { now: () => now }, timeoutMilliseconds });
}

describe('a message to a webhook', () => {
  it('is signed so that its receiver can check it with the secret alone', async () => {
    const { url, received } = await receiver((_request, response) => void response.writeHead(204).end());
    const secret = createWebhookSecret();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(await sender().send(url, secret, message)).toEqual({ sent: true });
    const [request] = received;
    expect(request?.headers).toMatchObject({
      ...{ 'content-type': 'application/json', 'webhook-id': 'dlv_1', 'webhook-timestamp': String(now.getTime() / 1000) },
    });
    expect(JSON.parse(request?.body ?? '')).toEqual(message.event);
    // As a receiver does it, from the specification and not from our code.
    const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature } = request?.headers ?? {};
    const key = Buffer.from(secret.split('_')[1] ?? '', 'base64');
    const expected = createHmac('sha256', key).update(`${id}.${time}.${request?.body}`).digest('base64');
    expect(signature).toBe(`v1,${expected}`);
    expect(JSON.stringify(request)).not.toContain(secret);
  });

  it('has the signature of the example in the specification', () => {
    const headers = signatureHeaders(
      ...([
        'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
        'msg_p5jXN8AQM9LWM0D4loKWxJek',
        1614265330,
        '{"test": 2432232314}',
      ] as const),
    );
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('was not taken where the receiver fails, and goes on being tried', async () => {
    const { url } = await receiver((_request, response) => void response.writeHead(500).end('a stack trace'));
    expect(await sender().send(url, createWebhookSecret(), message)).toEqual({
      ...{ sent: false, final: false, error: 'The webhook answered with status 500.' },
    });
  });

  it('is not sent any more where the receiver is gone for good', async () => {
    const { url } = await receiver((_request, response) => void response.writeHead(410).end());
    expect(await sender().send(url, createWebhookSecret(), message)).toMatchObject({ sent: false, final: true });
  });

  it('follows no redirect', async () => {
    const { url, received } = await receiver((_request, response) => {
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    const outcome = await sender().send(url, createWebhookSecret(), message);
    expect(outcome).toMatchObject({ sent: false, error: expect.stringContaining('redirect (307)') });
    expect(received.map(({ path }) => path)).toEqual(['/hook']);
  });

  it.each<[string, (request: IncomingMessage, response: ServerResponse) => void, string, number?]>([
    ['hangs', () => {}, 'did not answer within 0.2 seconds', 200],
    ['hangs up', (request) => void request.socket.destroy(), 'broke'],
  ])('is given up where the receiver %s', async (_what, answer, words, timeout) => {
    const { url } = await receiver(answer);
    expect(await sender(demo, timeout).send(url, createWebhookSecret(), message)).toMatchObject({
      ...{ sent: false, final: false, error: expect.stringContaining(words) },
    });
  });

  it('is sent as soon as the receiver has begun to answer, however long the answer is', async () => {
    const { url } = await receiver((_request, response) => {
      response.writeHead(200);
      const fill = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', fill);
      fill();
    });
    expect(await sender().send(url, createWebhookSecret(), message)).toEqual({ sent: true });
  });

  it('goes to no host whose name leads into this machine', async () => {
    const { url, received } = await receiver((_request, response) => void response.end());
    // A name that resolves to loopback but does not say so; the policy is asked again at the moment of connecting.
    const hidden = new URL(url.replace('http:', 'https:').replace('127.0.0.1', 'localhost.'));
    const outcome = await sender(strict).send(hidden.href, createWebhookSecret(), message);
    expect(outcome).toMatchObject({ sent: false });
    expect(received).toEqual([]);
  });

  it('says what was in the way, and nothing of the address', async () => {
    const outcome = await sender({ ...strict, allowPrivateAddresses: true }).send(
      ...(['https://127.0.0.1:1/hook', createWebhookSecret(), message] as const),
    );
    expect(outcome).toEqual({ sent: false, final: false, error: 'The webhook refused the connection.' });
  });
});

describe('the URL of a webhook', () => {
  it.each([
    'https://example.com/hook',
    'https://example.com:8443/hook?token=1',
    'https://93.184.215.14/',
    'https://[2606:4700::1]/',
  ])('may be %s', (url) => {
    expect(refuseWebhookUrl(url, strict)).toBeUndefined();
  });

  it.each([
    'http://example.com/hook',
    'ftp://example.com',
    'example.com',
    'https://user:secret@example.com/',
    'https://localhost/',
    'https://a.localhost/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://10.1.2.3/',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[fd00::1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://0.0.0.0/',
  ])('may not be %s', (url) => {
    expect(refuseWebhookUrl(url, strict)).toMatch(/^must /);
  });

  it('may lead into the own network where the installation allows it, but not without TLS', () => {
    const lenient = { ...strict, allowPrivateAddresses: true };
    expect(refuseWebhookUrl('https://10.1.2.3/', lenient)).toBeUndefined();
    expect(refuseWebhookUrl('http://10.1.2.3/', lenient)).toBeDefined();
    expect(refuseWebhookUrl('http://127.0.0.1:1/', demo)).toBeUndefined();
    expect(refuseWebhookUrl('http://10.1.2.3/', demo)).toBeDefined();
  });
});

it.each([
  ['8.8.8.8', true],
  ['172.15.0.1', true],
  ['172.16.0.1', false],
  ['100.64.0.1', false],
  ['192.168.1.1', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['2606:4700::1', true],
  ['2002:7f00:1::', false],
  ['2001:db8::1', false],
  ['fe80::1', false],
  ['::ffff:8.8.8.8', false],
  ['nonsense', false],
])('%s is public: %s', (address, isPublic) => {
  expect(isPublicAddress(address)).toBe(isPublic);
});
