import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { smartleadHostsSchema } from '../../../core/instance-configuration.ts';
import { SmartleadCategoriesKeyChecker } from '../../../functions/adapters/smartlead-key-checker.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function checkAgainst(listener: RequestListener, apiKey = 'key-1'): Promise<string> {
  const listening = createServer(listener).listen(0, '127.0.0.1');
  server = listening;
  await new Promise((resolve) => listening.once('listening', resolve));
  const core = `http://127.0.0.1:${(listening.address() as AddressInfo).port}/api/v1`;
  return new SmartleadCategoriesKeyChecker(smartleadHostsSchema.parse({ core })).check(apiKey);
}

describe('Smartlead key checker', () => {
  it('asks for the lead categories with the key, whatever characters it has', async () => {
    let url = '';
    const answer = await checkAgainst((request, response) => {
      url = request.url ?? '';
      response.end('[{"id":1,"name":"Interested"}]');
    }, 'a&b=c#d');
    expect(answer).toBe('accepted');
    expect(url).toBe('/api/v1/leads/fetch-categories?api_key=a%26b%3Dc%23d');
  });

  it.each([
    [200, '[]', 'accepted'],
    [200, '{"success":true,"data":[]}', 'accepted'],
    [200, '{"success":false,"error":{"code":"UNAUTHORIZED","message":"Invalid or missing API key"}}', 'refused'],
    [200, '{"ok":false,"message":"Invalid API Key"}', 'refused'],
    [200, '{"ok":false,"error":"The database is asleep"}', 'unreachable'],
    [200, '<html>Sign in to the hotel network</html>', 'unreachable'],
    [401, '{"message":"Invalid API Key"}', 'refused'],
    [401, 'Unauthorized', 'refused'],
    [403, 'Forbidden', 'unreachable'],
    [403, '<html><title>Attention Required! | Cloudflare</title>Invalid API Key</html>', 'unreachable'],
    [403, '{"message":"Your plan does not include this"}', 'unreachable'],
    [403, '{"message":"Invalid API Key"}', 'refused'],
    [403, '{"success":false,"error":{"code":"UNAUTHORIZED","message":"Invalid or missing API key"}}', 'refused'],
    [429, '{"error":{"code":"RATE_LIMIT_EXCEEDED"}}', 'unreachable'],
    [500, '{}', 'unreachable'],
    [302, '', 'unreachable'],
  ])('takes %i %s for %s', async (status, body, expected) => {
    expect(await checkAgainst((_request, response) => response.writeHead(status, { location: '/elsewhere' }).end(body))).toBe(
      expected,
    );
  });

  it('does not follow a redirect with the key', async () => {
    let requests = 0;
    await checkAgainst((_request, response) => {
      requests += 1;
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    expect(requests).toBe(1);
  });

  it('gives up on a server that does not answer, or stops in the middle', async () => {
    expect(await checkAgainst((_request, response) => void response.write('['))).toBe('unreachable');
    expect(await checkAgainst((request) => request.socket.destroy())).toBe('unreachable');
  });
});
