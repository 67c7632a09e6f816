import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { documentedOperations, operations } from '../../../selfhost/sandbox/catalogue.ts';
import { strayHandlers, unhandledOperations } from '../../../selfhost/sandbox/handlers.ts';
import { type Sandbox, startSandbox } from '../../../selfhost/sandbox/main.ts';
import { exampleRequest, type KnownValues, knownValues } from './example-arguments.ts';
import { departures, shapeOfExample } from './response-shape.ts';
import { SandboxClient, unhurriedClock } from './sandbox-client.ts';

let sandbox: Sandbox;
let shared: KnownValues;

beforeAll(async () => {
  sandbox = await startSandbox({ clock: unhurriedClock(), maximumAccounts: 300 });
  shared = await knownValues(new SandboxClient(sandbox));
});
afterAll(() => sandbox.close());

test('the catalogue has its 195 operations and each has a handler of its own', () => {
  expect(documentedOperations).toHaveLength(195);
  expect(unhandledOperations).toEqual([]);
  expect(strayHandlers).toEqual([]);
});

describe('every operation answers a request with its required arguments', () => {
  test.each(operations.map((operation) => [operation.id, operation] as const))('%s', async (_id, operation) => {
    // Reads share an account; each write has one of its own.
    const isRead = operation.effects.includes('read');
    const client = new SandboxClient(sandbox, isRead ? undefined : `demo-${operation.id.replace('/', '-')}`);
    const known = { ...(isRead ? shared : await knownValues(client)) };
    if (operation.id === 'smart-senders/order-details') {
      const domains = [
        { domain_name: 'new.test', mailbox_details: [{ mailbox: 'a@new.test', first_name: 'A', last_name: 'B' }] },
      ];
      const order = { vendor_id: 1, forwarding_domain: 'example.com', user_details: {}, domains };
      const reply = await client.send('POST', '/smart-senders/place-order', { host: 'senders', body: order });
      known.order_id = (reply.body as { data: { order_id: string }[] }).data[0]?.order_id;
    }
    const { path, query, body } = exampleRequest(operation, known);
    const reply = await client.send(operation.method, path, {
      host: operation.host,
      query,
      ...(body === undefined ? {} : { body }),
    });
    expect(reply.text).not.toContain('The sandbox failed');
    expect([reply.status, reply.text.slice(0, 300)]).toEqual([200, expect.any(String)]);

    const actual = operation.response_actual?.shape as { content_type?: string; body?: string; columns?: string[] } | undefined;
    if (actual?.content_type !== undefined) {
      expect(reply.headers.get('content-type')).toContain(actual.content_type);
      if (actual.body !== undefined) expect(reply.text).toBe(actual.body);
      if (actual.columns !== undefined) expect(reply.text.split('\n')[0]).toBe(actual.columns.join(','));
      return;
    }
    expect(reply.headers.get('content-type')).toContain('application/json');
    if (actual !== undefined) expect(departures(actual, reply.body)).toEqual([]);
    else if (operation.response_example !== undefined)
      expect(departures(shapeOfExample(operation.response_example), reply.body)).toEqual([]);
  });
});
