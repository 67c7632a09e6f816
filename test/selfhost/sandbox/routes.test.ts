import { describe, expect, test } from 'vitest';
import { documentedOperations } from '../../../selfhost/sandbox/catalogue.ts';
import { findRoute } from '../../../selfhost/sandbox/routes.ts';
import { SandboxClient, withSandbox } from './sandbox-client.ts';

/** Routes that other clients or guides name and that were tried and do not exist. The reference's own operations all answer. */
const missing = [
  ['POST', '/campaigns/new'],
  ['PATCH', '/campaigns/17/status'],
  ['PATCH', '/campaigns/17/settings'],
  ['DELETE', '/campaigns/17/webhooks/3'],
  ['GET', '/campaigns/17/leads/5'],
  ['GET', '/campaigns/17/lead-statistics'],
  ['GET', '/campaigns/17/top-level-analytics'],
  ['GET', '/lead-lists/'],
  ['GET', '/webhooks'],
  ['GET', '/analytics/overview'],
  ['GET', '/account/details'],
  ['POST', '/verify-emails'],
  ['PATCH', '/master-inbox/mark-unread'],
  ['POST', '/leads/block-list'],
  ['PATCH', '/campaigns/17/leads/5/status'],
  ['GET', '/campaigns/17/leads/5/activity'],
] as const;

test.each(missing)('%s %s answers 404 as the web framework does', (method, path) =>
  withSandbox({}, async (sandbox) => {
    const reply = await new SandboxClient(sandbox).send(method, path);
    expect([reply.status, reply.text]).toEqual([404, `Cannot ${method} /api/v1${path}`]);
    expect(reply.headers.get('content-type')).not.toContain('json');
  }),
);

test.each(documentedOperations.map((operation) => [operation.id, operation] as const))(
  '%s is found with and without a trailing slash',
  (_id, operation) => {
    const path = operation.path.replace(/\{\w+\}/g, '17').replace(/\/$/, '');
    for (const variant of [path, `${path}/`])
      expect(findRoute(operation.host, operation.method, variant)?.operation.id).toBe(operation.id);
  },
);

describe('odd requests', () => {
  test.each([
    ['/', 404],
    ['/core', 404],
    ['/core/api/v2/campaigns', 404],
    ['/other/api/v1/campaigns', 404],
    ['/core/api/v1/campaigns/%E0%A4%A?api_key=demo-a', 400],
    ['/core/api/v1/leads/?api_key=demo-a&email=a@b.test&email=c@d.test', 400],
  ])('%s answers %i', (target, status) =>
    withSandbox({}, async (sandbox) => {
      expect((await fetch(new URL(sandbox.hosts.core).origin + target)).status).toBe(status);
    }),
  );

  test('a body that is no JSON, no object or too large is refused', () =>
    withSandbox({}, async (sandbox) => {
      const url = `${sandbox.hosts.core}/campaigns/create?api_key=demo-a`;
      const send = async (body: string) => (await fetch(url, { method: 'POST', body })).status;
      expect(await send('{"name":')).toBe(400);
      expect(await send('[1]')).toBe(400);
      expect(await send('null')).toBe(200);
      expect(await send('')).toBe(200);
      expect(await send(`{"name":"${'x'.repeat(6_000_000)}"}`)).toBe(413);
      expect((await new SandboxClient(sandbox).get('/campaigns/')).status).toBe(200);
    }));
});
